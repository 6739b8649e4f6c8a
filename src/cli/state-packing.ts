import { limits } from '../classroom/protocol.ts';
import { Fault, inWords } from '../fault.ts';
import type { PackedNow } from '../tui/app-port.ts';
import type { Parts } from './compose.ts';
import { packState } from './shared-state.ts';

/** The state of a learner's sandbox while they look at what would be shared: what is told is what goes. */
export class StatePacking {
  readonly #parts: Parts;
  #now: PackedNow = { status: 'unasked' };
  #packed: Promise<string | undefined> = Promise.resolve(undefined);

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get now(): PackedNow {
    return this.#now;
  }

  /** Base64, once it is packed; nothing where it cannot go along. */
  get packed(): Promise<string | undefined> {
    return this.#packed;
  }

  begin(onChange: () => void): void {
    this.#now = { status: 'packing' };
    this.#packed = this.#pack().then(({ now, bytes }) => {
      this.#now = now;
      onChange();
      return bytes?.toString('base64');
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
