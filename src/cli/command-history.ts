import { join } from 'node:path';
import { errorCode, readIfThere, writeAtomically } from '../platform/files.ts';

/** Scripts that the learner typed, over restarts; readable by the learner only. */
const kept = 200;

export interface CommandHistory {
  /** Oldest first. */
  readonly scripts: readonly string[];
  add(script: string): void;
}

export function openHistory(folder: string): CommandHistory {
  const file = join(folder, 'history.json');
  let scripts = parse(readIfThere(file));
  return {
    get scripts() {
      return scripts;
    },
    add(script) {
      if (script.trim() === '' || script === scripts.at(-1)) return;
      scripts = [...scripts, script].slice(-kept);
      try {
        writeAtomically(file, JSON.stringify(scripts));
      } catch (error) {
        // A full disk is told where progress is written; a lost line of history is not worth a second word.
        if (errorCode(error) === undefined) throw error;
      }
    },
  };
}

function parse(text: string | undefined): string[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.filter((script) => typeof script === 'string') : [];
  } catch {
    return [];
  }
}
