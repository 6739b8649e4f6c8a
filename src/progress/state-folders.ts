import { homedir } from 'node:os';
import { join } from 'node:path';
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
  const { MESHWALK_HOME: own } = environment;
  return own ? { data: own, log: join(own, 'log') } : usualPlaces(environment, process.platform);
}

/** Where programs of each system keep such things; on others by the XDG Base Directory Specification. */
export function usualPlaces(environment: Environment, platform: NodeJS.Platform): { data: string; log: string } {
  const name = 'meshwalk';
  // Only asked where it is needed: who runs without a home has set the rest.
  const at = (variable: string, ...below: string[]) => environment[variable] || join(homeFolder(), ...below);
  switch (platform) {
    case 'win32': {
      const own = join(at('LOCALAPPDATA', 'AppData', 'Local'), name);
      return { data: join(own, 'Data'), log: join(own, 'Log') };
    }
    case 'darwin': {
      const library = join(homeFolder(), 'Library');
      return { data: join(library, 'Application Support', name), log: join(library, 'Logs', name) };
    }
    default:
      return {
        data: join(at('XDG_DATA_HOME', '.local', 'share'), name),
        log: join(at('XDG_STATE_HOME', '.local', 'state'), name),
      };
  }
}

/** A user whom the system has no entry of, as in many containers, has none but by HOME. */
function homeFolder(): string {
  let home = '';
  try {
    home = homedir();
  } catch {
    // Told below, as an empty HOME is.
  }
  if (home === '') throw faultOf('home.none');
  return home;
}
