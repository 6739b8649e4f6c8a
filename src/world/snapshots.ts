import { faultOf } from '../fault.ts';
import type { Thing } from './changes/thing.ts';
import type { World } from './world.ts';

/** What a world keeps of itself to come back to; types, and the words for worlds that cannot. */
export interface WorldSnapshots {
  /** All of the world at one moment, durable when this resolves; replaces an older one of this id. */
  take(id: string, note: unknown): Promise<void>;
  /** Those that can be gone back to, oldest first. Works while nothing runs. */
  list(): Promise<readonly WorldSnapshot[]>;
  /**
   * The world is as it was, every object with its uid and version. Either it is, or nothing happened, also when a
   * process is killed meanwhile. Clients see what they see when a server restarts: closed connections, and 410 for
   * watches that reach back.
   */
  restore(id: string): Promise<void>;
  /** What there was, to be compared; without an id what there is now. Works while nothing runs. */
  things(id?: string): Promise<readonly Thing[]>;
  /** Takes over what a world of this kind, whose folder that is, kept under the id; false where it keeps none. */
  adopt(folder: string, id: string): Promise<boolean>;
  /** Drops them all. */
  forget(): Promise<void>;
  /**
   * The world as it is now, to be handed to somebody else: without private keys, tokens and what secrets hold. Works while
   * nothing runs. `isPublished`: whether a value stands in the course for everybody to read.
   */
  pack(isPublished: (value: string) => boolean): Promise<PackedWorld>;
  /** Makes what was packed elsewhere this world's own, with other keys. A Fault where this world is anything already. */
  place(packed: PackedWorld['state']): Promise<void>;
}

export interface PackedWorld {
  /** JSON; its form is the world's. */
  state: unknown;
  objects: number;
  namespaces: readonly string[];
  /** What was emptied: `secret bookbuyer/login: password`. */
  leftOut: readonly string[];
}

export interface WorldSnapshot {
  id: string;
  /** In ms since the epoch. */
  takenAt: number;
  note: unknown;
}

/** A real cluster has no way back: what was deleted there is gone. */
export function mustHaveSnapshots({ kind, snapshots }: Pick<World, 'kind' | 'snapshots'>): WorldSnapshots {
  if (snapshots) return snapshots;
  throw faultOf('world.no-snapshots', kind);
}
