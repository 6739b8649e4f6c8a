import type { Spawned } from '../processes/process.ts';

/** Statuses of jobs that are over are kept for `wait`, but not forever. */
const mostEnded = 64;

/** What a shell has started with `&`, by the numbers of the processes. */
export class Jobs {
  readonly #all = new Map<number, Promise<number>>();
  readonly #ended: number[] = [];

  add({ pid, ended }: Spawned): void {
    this.#all.set(pid, ended);
    void ended.then(() => {
      this.#ended.push(pid);
      if (this.#ended.length > mostEnded) this.#all.delete(this.#ended.shift() ?? 0);
    });
  }

  /** Undefined when the process is no child of this shell. */
  ended(pid: number): Promise<number> | undefined {
    return this.#all.get(pid);
  }

  async allEnded(): Promise<void> {
    await Promise.all(this.#all.values());
  }
}
