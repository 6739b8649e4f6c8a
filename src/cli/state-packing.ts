import { limits } from '../classroom/protocol.ts';
import { Fault, inWords } from '../fault.ts';
import type { PackedNow } from '../tui/app-port.ts';
import type { Parts } from './compose.ts';
import { packState } from './shared-state.ts';

/** The state of a learner's sandbox while they look at what would be shared: what is told is what goes. */
export class StatePacking {
  readonly #parts: Parts;
  #now: PackedNow = { status: 'unasked' };
  #bytes: Buffer | undefined;
  /** What was begun last; an older one that ends later tells nothing. */
  #begun = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get now(): PackedNow {
    return this.#now;
  }

  /** Base64, of what `now` tells; undefined where that cannot go along. */
  get packed(): string | undefined {
    return this.#bytes?.toString('base64');
  }

  begin(onChange: () => void): void {
    this.#now = { status: 'packing' };
    this.#bytes = undefined;
    this.#begun += 1;
    const mine = this.#begun;
    void this.#pack().then(({ now, bytes }) => {
      if (mine !== this.#begun) return;
      this.#now = now;
      this.#bytes = bytes;
      onChange();
    });
  }

  async #pack(): Promise<{ now: PackedNow; bytes?: Buffer }> {
    const { world, journal, clock, words, findings } = this.#parts;
    const { share } = words.classroom;
    if (!world.snapshots) return { now: { status: 'impossible', why: share.noState } };
    try {
      const about = { root: world.workingFolder, now: clock.now() };
      const { bytes, ...facts } = await packState(world.snapshots, journal.entries, about);
      if (bytes.length > limits.stateBytes) {
        return { now: { status: 'impossible', why: share.tooLarge('meshwalk state save') } };
      }
      return { now: { status: 'packed', kilobytes: Math.ceil(bytes.length / 1024), facts }, bytes };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { now: { status: 'impossible', why: inWords(error, findings.faultTexts).what } };
    }
  }
}
