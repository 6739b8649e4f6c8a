import { join } from 'node:path';
import type { ClassSettings } from '../classroom/class-settings.ts';
import type { ClassStore } from '../classroom/store/class-store.ts';
import { FileStore } from '../classroom/store/file-store.ts';
import { findStoreAddress, type StoreAddress } from '../classroom/store/store-address.ts';
import { systemClock } from '../platform/clock.ts';
import { acquireLock } from '../platform/lock.ts';
import { systemRandom } from '../platform/random.ts';
import type { ClassHostOptions } from './class.ts';
import { keepSettings, logFile, readSettings, setAside } from './class-state.ts';
import type { Subcommand } from './subcommand.ts';

/** Where a host keeps its class: in its own folder, or in a database that it shares with other hosts. */
export interface KeptClass {
  store: ClassStore;
  settings: ClassSettings;
  /** There was a class before this host started. */
  isGoingOn: boolean;
  /** Another host adds its own. */
  instructorKeys(): readonly string[];
  /** Events that can no longer be read. */
  damaged(): number;
}

type Settle = (before: ClassSettings | undefined) => ClassSettings;

export async function keepClass(
  folder: string,
  options: Pick<ClassHostOptions, 'store' | 'new' | 'profile'>,
  subcommand: Subcommand,
  settle: Settle,
): Promise<KeptClass> {
  const address = findStoreAddress(options.store, subcommand.machine.environment);
  return address
    ? await inPostgres(address, options, subcommand, settle)
    : await inFolder(folder, options, subcommand, settle);
}

async function inFolder(
  folder: string,
  { new: isAnew }: Pick<ClassHostOptions, 'new'>,
  { teardown }: Subcommand,
  settle: Settle,
): Promise<KeptClass> {
  if (isAnew) setAside(folder, systemClock.now());
  const lock = acquireLock(join(folder, 'lock'));
  teardown.add(() => lock.release());
  const before = readSettings(folder);
  const settings = settle(before);
  keepSettings(folder, settings);
  const store = await FileStore.open(logFile(folder));
  teardown.add(() => store.close());
  return {
    store,
    settings,
    isGoingOn: before !== undefined,
    instructorKeys: () => settings.instructorKeys,
    damaged: () => store.damaged,
  };
}

async function inPostgres(
  address: StoreAddress,
  { new: isAnew = false, profile }: Pick<ClassHostOptions, 'new' | 'profile'>,
  { teardown, log }: Subcommand,
  settle: Settle,
): Promise<KeptClass> {
  const { PostgresStore } = await import('../classroom/store/postgres-store.ts');
  let isGoingOn = false;
  const store = await PostgresStore.open(address, {
    room: profile,
    anew: isAnew,
    settle(before) {
      isGoingOn = before !== undefined;
      return settle(before);
    },
    clock: systemClock,
    random: systemRandom,
    onTrouble: (error) => void log.write('the class in PostgreSQL', error),
  });
  teardown.add(() => store.close());
  return {
    store,
    settings: store.settings,
    isGoingOn,
    instructorKeys: () => store.settings.instructorKeys,
    damaged: () => 0,
  };
}
