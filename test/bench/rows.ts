import type { Row } from './row.ts';
import { bookstoreAtRest } from './rows/bookstore-at-rest.ts';
import { classHosts } from './rows/class-hosts.ts';
import { classKills } from './rows/class-kills.ts';
import { classLoad } from './rows/class-load.ts';
import { conditionTurnsGreen } from './rows/condition-turns-green.ts';
import { falseRejections } from './rows/false-rejections.ts';
import { firstFrame } from './rows/first-frame.ts';
import { hourOfSession } from './rows/hour-of-session.ts';
import { idleScreen } from './rows/idle-screen.ts';
import { informer } from './rows/informer.ts';
import { jump } from './rows/jump.ts';
import { keyToFrame } from './rows/key-to-frame.ts';
import { killNine } from './rows/kill-nine.ts';
import { lessons } from './rows/lessons.ts';
import { loadRow } from './rows/load.ts';
import { sandboxStart } from './rows/sandbox-start.ts';
import { sidecars } from './rows/sidecars.ts';
import { sidecarsLoad } from './rows/sidecars-load.ts';
import { splash } from './rows/splash.ts';
import { splitVerdicts } from './rows/split-verdicts.ts';
import { store } from './rows/store.ts';
import { version } from './rows/version.ts';

/** Every row of design section 11 that exists, in its order; a further one is a file in rows/ and a line here. */
export const rows: readonly Row[] = [
  version,
  splash,
  firstFrame,
  sandboxStart,
  lessons,
  jump,
  conditionTurnsGreen,
  keyToFrame,
  idleScreen,
  hourOfSession,
  bookstoreAtRest,
  sidecars,
  sidecarsLoad,
  store,
  loadRow,
  falseRejections,
  splitVerdicts,
  killNine,
  informer,
  classLoad,
  classKills,
  classHosts,
];
