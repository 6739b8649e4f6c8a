import type { Draft, Origin } from '../class-records.ts';

/**
 * What is to be kept, in the order in which it came. What waits is written together, so that many learners cost as many
 * writes as the store can do and not as many as there are learners.
 */
export class AppendQueue {
  readonly #write: (drafts: readonly Draft[]) => Promise<void>;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  constructor(write: (drafts: readonly Draft[]) => Promise<void>) {
    this.#write = write;
  }

  append(drafts: readonly Draft[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ drafts, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  async idle(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(waiting.flatMap(({ drafts }) => drafts));
      } catch (error) {
        for (const { reject } of waiting) reject(error);
        continue;
      }
      for (const { resolve } of waiting) resolve();
    }
    this.#writing = undefined;
  }
}

interface Waiting {
  drafts: readonly Draft[];
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Without those whose number is not above the last one of their source; `numbers` is what it is after them. */
export function freshDrafts(
  drafts: readonly Draft[],
  known: ReadonlyMap<string, number>,
): { fresh: Draft[]; numbers: Map<string, number> } {
  const numbers = new Map<string, number>();
  const isThere = ({ source, number }: Origin) => number <= (numbers.get(source) ?? known.get(source) ?? -1);
  const fresh = drafts.filter(({ origin }) => {
    if (!origin) return true;
    if (isThere(origin)) return false;
    numbers.set(origin.source, origin.number);
    return true;
  });
  return { fresh, numbers };
}
