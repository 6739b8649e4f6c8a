import { join } from 'node:path';
import envPaths from 'env-paths';
import { faultOf } from '../fault.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a learner's state lives: one folder per profile and world. Makes nothing. */
export interface StateFolders {
  /** Of this profile and world: journal, lock, shell and sandbox. */
  state: string;
  journal: string;
  lock: string;
  shell: string;
  sandbox: string;
  log: string;
}

export function stateFolders(profile: string, world: string, environment: Environment): StateFolders {
  const { data, log } = placesOf(profile, environment);
  const state = join(data, profile, world);
  return {
    state,
    journal: join(state, 'journal.jsonl'),
    lock: join(state, 'lock'),
    shell: join(state, 'shell'),
    sandbox: join(state, 'sandbox'),
    log: join(log, 'meshwalk.log'),
  };
}

/** Where the class is kept that is held under this profile. */
export const classFolder = (profile: string, environment: Environment): string =>
  join(placesOf(profile, environment).data, profile, 'class');

function placesOf(profile: string, environment: Environment): { data: string; log: string } {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(profile)) {
    throw faultOf('profile.name', profile);
  }
  const home = environment['MESHWALK_HOME'];
  return home ? { data: home, log: join(home, 'log') } : envPaths('meshwalk', { suffix: '' });
}
