import type { Spawned } from '../processes/process.ts';
import { Interrupted } from './endings.ts';

/** What Ctrl-C reaches, as a process group of Unix: a shell with its copies in the foreground, and the programs they run. */
export class ProcessGroup {
  readonly #children = new Set<Spawned>();
  #interruption = new AbortController();

  /** Aborts at Ctrl-C, with Interrupted. */
  get interruption(): AbortSignal {
    return this.#interruption.signal;
  }

  interrupt(): void {
    this.#interruption.abort(new Interrupted());
    for (const child of this.#children) child.kill(2);
  }

  /** A new line begins; what was interrupted before is over. */
  renew(): void {
    if (this.interruption.aborted) this.#interruption = new AbortController();
  }

  async endOf(child: Spawned): Promise<number> {
    this.#children.add(child);
    const status = await child.ended.finally(() => this.#children.delete(child));
    this.interruption.throwIfAborted();
    return status;
  }
}
