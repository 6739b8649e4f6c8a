import { type ClassAddress, readClassAddress } from '../classroom/link/class-address.ts';
import { dial } from '../classroom/link/dial.ts';
import { LearnerLink, type LinkState } from '../classroom/link/learner-link.ts';
import { type Fault, faultOf } from '../fault.ts';
import { systemClock } from '../platform/clock.ts';
import { ensurePrivateFolder } from '../platform/files.ts';
import { systemRandom } from '../platform/random.ts';
import { readJournal } from '../progress/journal.ts';
import { stateFolders } from '../progress/state-folders.ts';
import type { ClassJoinOptions } from './class.ts';
import { keepMembership, type Membership, newMembership, readMemberships } from './class-membership.ts';
import { ownName } from './own-name.ts';
import { start } from './start.ts';
import type { Subcommand } from './subcommand.ts';

/** A class that this learner takes part in, with what is needed to reach it. */
export interface JoinedClass {
  membership: Membership;
  code?: string;
}

/** How long a class that we never met may take to answer. One that knows us is waited for behind the screen. */
const meetingMs = 10_000;

/** `meshwalk class join`: meets the class, so that a wrong code is told at once, and then is `meshwalk` itself. */
export async function joinClass(
  typed: string | undefined,
  options: ClassJoinOptions,
  subcommand: Subcommand,
): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) throw faultOf('terminal.none');
  const folders = stateFolders(options.profile, options.world, subcommand.machine.environment);
  ensurePrivateFolder(folders.state);
  const { joined, isNew } = choose(typed, options, folders.state);
  const last = readJournal(folders.journal).at(-1)?.number ?? 0;
  await meet(joined, last, isNew, subcommand.signal);
  keepMembership(folders.state, joined.membership);
  await start(options, subcommand, joined);
}

function choose(
  typed: string | undefined,
  { name, anew }: ClassJoinOptions,
  folder: string,
): { joined: JoinedClass; isNew: boolean } {
  const known = readMemberships(folder);
  const address: ClassAddress | undefined = typed === undefined ? known[0] : readClassAddress(typed);
  if (!address) throw faultOf('class.never-joined');
  const { origin, fingerprint, code } = address;
  const before = anew ? undefined : known.find((one) => one.origin === origin);
  if (!before && code === undefined) throw faultOf('class.never-joined');
  const own = before ?? newMembership(origin, name ?? ownName());
  const membership: Membership = {
    ...own,
    ...(name !== undefined && { name }),
    ...(fingerprint !== undefined && { fingerprint }),
  };
  return { joined: { membership, ...(code !== undefined && { code }) }, isNew: !before };
}

/** Rejects with a Fault when the class does not take us, or never answered. */
async function meet(joined: JoinedClass, last: number, isNew: boolean, signal: AbortSignal): Promise<void> {
  const { membership } = joined;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const link = new LearnerLink({
    ...linkTo(joined),
    journal: { entries: [], lastNumber: last, subscribe: () => () => {} },
    clock: systemClock,
    random: systemRandom,
    onChange: (state) => {
      const refused = faultOfLink(state, membership.origin);
      if (refused) reject(refused);
      else if (state.connection === 'online') resolve();
    },
  });
  const stop = systemClock.after(meetingMs, () => {
    if (isNew) reject(faultOf('class.unreachable', membership.origin));
    else resolve();
  });
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await promise;
  } finally {
    stop();
    signal.removeEventListener('abort', onAbort);
    link.close();
  }
}

export const linkTo = ({ membership, code }: JoinedClass) => ({
  dial: () => dial(membership, '/v1/learner'),
  token: membership.token,
  name: membership.name,
  ...(code !== undefined && { code }),
});

/** Undefined while the class takes us. */
export function faultOfLink({ connection, refusal }: LinkState, origin: string): Fault | undefined {
  if (connection === 'wrong-certificate') return faultOf('class.fingerprint', origin);
  if (connection !== 'refused') return undefined;
  switch (refusal) {
    case 'code':
      return faultOf('class.code');
    case 'token':
      return faultOf('class.token');
    case 'version':
      return faultOf('class.version');
    case 'full':
      return faultOf('class.full');
    case 'journal':
      return faultOf('class.journal');
    default:
      return faultOf('class.malformed');
  }
}
