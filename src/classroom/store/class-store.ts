import type { ClassEvent, Draft } from '../class-records.ts';

/**
 * Where a class is kept: one log in one order for all who serve it. Knows nothing of what events mean, but that an
 * origin's numbers only grow.
 */
export interface ClassStore {
  /**
   * Durable, and given to `follow`, when it resolves. What is there already (the origin's number is not above its last
   * one) is left out. All of it or nothing; rejects with a Fault when it cannot be kept.
   */
  append(drafts: readonly Draft[]): Promise<void>;
  /** Calls back with everything from the beginning, before it resolves, and then with what comes, whoever appends it. Once. */
  follow(onEvents: (events: readonly ClassEvent[]) => void): Promise<void>;
  /** All of it again, in pieces. */
  read(): AsyncIterable<readonly ClassEvent[]>;
  /** Who is connected to this host; passes with the host. */
  announce(learners: ReadonlySet<string>): void;
  /** Calls back with who is connected to any of the other hosts. */
  onElsewhere(listener: (learners: ReadonlySet<string>) => void): void;
  close(): Promise<void>;
}
