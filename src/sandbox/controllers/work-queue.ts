import type { Clock } from '../../platform/clock.ts';
import { Timetable } from './timetable.ts';

/** Names one object for a reconcile loop: `namespace/name`, or `name` where there is no namespace. */
export type ObjectKey = string;

export function keyOf(object: { metadata: { namespace?: string; name?: string } }): ObjectKey {
  const { namespace, name = '' } = object.metadata;
  return namespace === undefined ? name : `${namespace}/${name}`;
}

export function splitKey(key: ObjectKey): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return { namespace: slash < 0 ? '' : key.slice(0, slash), name: key.slice(slash + 1) };
}

/** Kubernetes: client-go's default rate limiter for controllers, 5 ms doubling to 1000 s; we stop at a minute. */
const firstRetryMs = 5;
const lastRetryMs = 60_000;

/**
 * The engine of every controller: keys wait, each is reconciled by itself, one after the other. A key added twice is
 * done once, a key added while it is being done is done again, a key whose reconcile threw is tried again later.
 */
export class WorkQueue {
  readonly name: string;
  readonly #reconcile: (key: ObjectKey) => Promise<void>;
  readonly #onError: (error: unknown, key: ObjectKey) => void;
  readonly #timetable: Timetable;
  readonly #waiting = new Set<ObjectKey>();
  readonly #failures = new Map<ObjectKey, number>();
  #idleWaiters: (() => void)[] = [];
  #working = false;
  #closed = false;

  constructor(options: {
    name: string;
    clock: Clock;
    reconcile: (key: ObjectKey) => Promise<void>;
    onError?: (error: unknown, key: ObjectKey) => void;
  }) {
    this.name = options.name;
    this.#reconcile = options.reconcile;
    this.#onError = options.onError ?? (() => {});
    this.#timetable = new Timetable(options.clock);
  }

  add(key: ObjectKey): void {
    if (this.#closed) return;
    this.#waiting.add(key);
    if (!this.#working) void this.#work();
  }

  addAfter(key: ObjectKey, ms: number): void {
    if (!this.#closed) this.#timetable.after(key, ms, () => this.add(key));
  }

  /** Nothing waits and nothing is being done now; keys that fall due later do not count. */
  get isIdle(): boolean {
    return !this.#working && this.#waiting.size === 0;
  }

  idle(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.clear();
    this.#timetable.close();
    await this.idle();
  }

  async #work(): Promise<void> {
    this.#working = true;
    // Watch events come in bursts from one write; let the burst finish so that its keys coalesce.
    await Promise.resolve();
    for (const key of this.#waiting) {
      this.#waiting.delete(key);
      try {
        await this.#reconcile(key);
        this.#failures.delete(key);
      } catch (error) {
        this.#retryLater(key, error);
      }
    }
    this.#working = false;
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const resolve of waiters) resolve();
  }

  #retryLater(key: ObjectKey, error: unknown): void {
    if (this.#closed) return;
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.#onError(error, key);
    this.addAfter(key, Math.min(firstRetryMs * 2 ** failures, lastRetryMs));
  }
}
