import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
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
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    let text: string | undefined;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
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
    replaceFile(this.#path, `${JSON.stringify(this.state, null, 1)}\n`);
  }
}

/** Temp file beside it, fsync, rename, fsync of the folder. Mode 0600. */
export function replaceFile(path: string, text: string, mode = 0o600): void {
  const temporary = `${path}.new`;
  const file = openSync(temporary, 'w', mode);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
