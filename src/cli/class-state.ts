import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { ClassSettings } from '../classroom/class-settings.ts';
import { faultOf } from '../fault.ts';
import { ensurePrivateFolder, readIfThere, writeAtomically } from '../platform/files.ts';

const settingsFile = (folder: string): string => join(folder, 'class.json');
export const logFile = (folder: string): string => join(folder, 'log.jsonl');
const doorFile = (folder: string): string => join(folder, 'door.json');

/** The class that is kept there, or undefined. */
export function readSettings(folder: string): ClassSettings | undefined {
  const text = readIfThere(settingsFile(folder));
  // Written by rename, so it is whole.
  const settings: ClassSettings | undefined = text === undefined ? undefined : JSON.parse(text);
  return settings?.version === 1 ? settings : undefined;
}

export function keepSettings(folder: string, settings: ClassSettings): void {
  writeAtomically(settingsFile(folder), `${JSON.stringify(settings, null, 2)}\n`);
}

/** Makes room for a new class; the old one stays beside it, with all that happened. */
export function setAside(folder: string, now: number): void {
  if (!existsSync(settingsFile(folder))) return;
  const day = new Date(now).toISOString().slice(0, 19).replaceAll(':', '-');
  renameSync(folder, `${folder}-${day}`);
  ensurePrivateFolder(folder);
}

/** How `class watch` on this machine finds the class while it is held. */
export interface ClassDoor {
  origin: string;
  token: string;
  fingerprint?: string;
}

export const openDoor = (folder: string, door: ClassDoor): void =>
  writeAtomically(doorFile(folder), `${JSON.stringify(door)}\n`);

export function findClassDoor(folder: string): ClassDoor {
  const text = readIfThere(doorFile(folder));
  if (text === undefined) throw faultOf('class.no-host');
  return JSON.parse(text);
}
