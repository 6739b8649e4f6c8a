import {
  closeSync,
  copyFileSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { faultOf } from '../fault.ts';
import { checkedLine, readCheckedLine } from '../platform/checked-line.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { errorCode, fileFault, syncFolder, writeAtomically } from '../platform/files.ts';
import { type JournalEntry, journalVersion, type ProgressRecord } from './events.ts';
import { readEntry } from './record-shape.ts';

/** Lines that cannot be read, and the file that still has them. */
export interface Damage {
  lines: number;
  aside: string;
}

/**
 * The append-only file of what a learner did. A record is on the disk when `append` returns.
 * Knows no lesson: what the records mean is summary.ts's to say.
 */
export class Journal {
  readonly file: string;
  readonly #clock: Clock;
  readonly #descriptor: number;
  readonly #entries: JournalEntry[];
  /** Told to the learner once. */
  readonly damage: Damage | undefined;
  #lastNumber: number;
  readonly #listeners = new Set<() => void>();
  /** What could not be written yet; goes first with the next record. */
  #unwritten: JournalEntry[] = [];

  private constructor(file: string, clock: Clock, found: Found, damage: Damage | undefined) {
    this.file = file;
    this.#clock = clock;
    this.#entries = found.entries;
    this.#lastNumber = found.lastNumber;
    this.damage = damage;
    const isNew = !existsSync(file);
    this.#descriptor = openSync(file, 'a', 0o600);
    // A line that a crash tore was never acknowledged: nobody was told that it is kept.
    if (found.tornAt !== undefined) ftruncateSync(this.#descriptor, found.tornAt);
    if (isNew) syncFolder(dirname(file));
  }

  /** Call while holding the state folder's lock. Rejects with a Fault when the file cannot be read or written. */
  static open(file: string, clock: Clock = systemClock): Journal {
    try {
      const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
      const found = read(bytes);
      if (found.damaged === 0) return new Journal(file, clock, found, undefined);
      const aside = setAside(file);
      writeAtomically(file, found.good.map((line) => `${line}\n`).join(''));
      return new Journal(file, clock, { ...found, tornAt: undefined }, { lines: found.damaged, aside });
    } catch (error) {
      throw fileFault(error, (errno) => faultOf('journal.unusable', file, errno));
    }
  }

  /** Oldest first, those that could not be written yet included. */
  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /** Of the latest entry, those of a later program among them; 0 for an empty journal. */
  get lastNumber(): number {
    return this.#lastNumber;
  }

  /** Durable when it returns. Throws a Fault when the disk refuses; the record is then kept here and tried again. */
  append(record: ProgressRecord): JournalEntry {
    const entry = { version: journalVersion, number: this.#lastNumber + 1, at: this.#clock.now(), record };
    this.#lastNumber = entry.number;
    this.#entries.push(entry);
    this.#unwritten.push(entry);
    this.flush();
    return entry;
  }

  /** Calls back after every record that is on the disk. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tries to write what could not be written before. */
  flush(): void {
    if (this.#unwritten.length === 0) return;
    const text = this.#unwritten.map((entry) => `${checkedLine(entry)}\n`).join('');
    const size = fstatSync(this.#descriptor).size;
    try {
      writeWhole(this.#descriptor, Buffer.from(text));
      fdatasyncSync(this.#descriptor);
    } catch (error) {
      this.#cutBackTo(size);
      throw fileFault(error, (errno) => faultOf('journal.not-written', this.file, errno));
    }
    this.#unwritten = [];
    for (const listener of this.#listeners) listener();
  }

  close(): void {
    try {
      this.flush();
    } finally {
      closeSync(this.#descriptor);
    }
  }

  /** A part of a line would be taken for damage once more lines follow it. */
  #cutBackTo(size: number): void {
    try {
      ftruncateSync(this.#descriptor, size);
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
    }
  }
}

/** Reads without opening for writing: fine while another program holds the lock. Damaged and torn lines are left out. */
export function readJournal(file: string): JournalEntry[] {
  return existsSync(file) ? read(readFileSync(file)).entries : [];
}

function writeWhole(descriptor: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
}

interface Found {
  entries: JournalEntry[];
  /** Lines to keep, those of a later program included. */
  good: string[];
  damaged: number;
  lastNumber: number;
  /** Where the last line begins when it has no end. */
  tornAt: number | undefined;
}

function read(bytes: Buffer): Found {
  const found: Found = { entries: [], good: [], damaged: 0, lastNumber: 0, tornAt: undefined };
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (end < bytes.length) found.tornAt = end;
  const lines = bytes.toString('utf8', 0, end).split('\n');
  lines.pop();
  for (const line of lines) {
    const read = readEntry(readCheckedLine(line));
    if (!read) {
      found.damaged += 1;
      continue;
    }
    found.good.push(line);
    const number = read.kind === 'known' ? read.entry.number : read.number;
    found.lastNumber = Math.max(found.lastNumber, number);
    if (read.kind === 'known') found.entries.push(read.entry);
  }
  return found;
}

/** For progress that comes from elsewhere: a new file with these entries. */
export function keepJournal(file: string, entries: readonly JournalEntry[]): void {
  writeAtomically(file, entries.map((entry) => `${checkedLine(entry)}\n`).join(''));
}

/** Never over an earlier one. */
function setAside(file: string): string {
  for (let count = 1; ; count += 1) {
    const aside = `${file}.${count}.corrupt`;
    if (existsSync(aside)) continue;
    copyFileSync(file, aside);
    return aside;
  }
}
