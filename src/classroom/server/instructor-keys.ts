import type { Refusal } from '../protocol.ts';
import { CodeTries } from './code-tries.ts';
import { isSame, keyOf } from './secrets.ts';

/** Who is an instructor: whoever has one of the tokens of which these are the hashes. Wrong ones are counted as wrong codes are. */
export class InstructorKeys {
  readonly #keys: () => readonly string[];
  readonly #tries = new CodeTries();

  constructor(keys: () => readonly string[]) {
    this.#keys = keys;
  }

  /** Undefined for an instructor. */
  refusal(token: string, address: string, now: number): { reason: Refusal; retryMs?: number } | undefined {
    const retryMs = this.#tries.waitMs(address, now);
    if (retryMs > 0) return { reason: 'slow-down', retryMs };
    const key = keyOf(token);
    if (this.#keys().filter((known) => isSame(known, key)).length > 0) return undefined;
    this.#tries.wrong(address, now);
    return { reason: 'token' };
  }
}
