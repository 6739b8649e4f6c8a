import { renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { ensurePrivateFolder, readIfThere, writeAtomically } from '../../platform/files.ts';
import { type AzureState, newAzureState, parseAzureState } from './azure-state.ts';

/**
 * Azure's state in one file, replaced as a whole: what `save` returned from survives kill -9 and a power cut.
 * A file that cannot be read is set aside under another name and reported, never overwritten; a second copy stands in
 * for it, because without this small file every cluster of the learner would be out of reach.
 */
export class StateFile {
  readonly state: AzureState;
  /** What became of a damaged file, if there was one. */
  readonly damage: { setAside: string; restored: boolean } | undefined;
  readonly #path: string;

  private constructor(path: string, state: AzureState, damage: StateFile['damage']) {
    this.#path = path;
    this.state = state;
    this.damage = damage;
  }

  static open(path: string, now: number): StateFile {
    ensurePrivateFolder(dirname(path));
    const text = readIfThere(path);
    const parsed = parseAzureState(text ?? '');
    if (parsed) return new StateFile(path, parsed, undefined);
    const restored = parseAzureState(readIfThere(secondOf(path)) ?? '');
    let damage: StateFile['damage'];
    if (text !== undefined) {
      damage = { setAside: `${path}.corrupt-${now}`, restored: restored !== undefined };
      renameSync(path, damage.setAside);
    }
    const file = new StateFile(path, restored ?? newAzureState(), damage);
    file.save();
    return file;
  }

  save(): void {
    const text = `${JSON.stringify(this.state, null, 1)}\n`;
    writeAtomically(this.#path, text);
    writeAtomically(secondOf(this.#path), text);
  }
}

const secondOf = (path: string): string => `${path}.copy`;
