import { renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { ensurePrivateFolder, readIfThere, writeAtomically } from '../../platform/files.ts';
import { type AzureState, newAzureState, parseAzureState } from './azure-state.ts';

/**
 * Azure's state in one file, replaced as a whole: what `save` returned from survives kill -9 and a power cut.
 * A file that cannot be read is set aside under another name and reported, never overwritten.
 */
export class StateFile {
  readonly state: AzureState;
  /** Where a damaged file went, if there was one. */
  readonly setAside: string | undefined;
  readonly #path: string;

  private constructor(path: string, state: AzureState, setAside: string | undefined) {
    this.#path = path;
    this.state = state;
    this.setAside = setAside;
  }

  static open(path: string, now: number): StateFile {
    ensurePrivateFolder(dirname(path));
    const text = readIfThere(path);
    const parsed = text === undefined ? undefined : parseAzureState(text);
    let setAside: string | undefined;
    if (text !== undefined && !parsed) {
      setAside = `${path}.corrupt-${now}`;
      renameSync(path, setAside);
    }
    const file = new StateFile(path, parsed ?? newAzureState(), setAside);
    if (!parsed) file.save();
    return file;
  }

  save(): void {
    writeAtomically(this.#path, `${JSON.stringify(this.state, null, 1)}\n`);
  }
}
