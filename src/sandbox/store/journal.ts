import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../fault.ts';
import type { Clock } from '../../platform/clock.ts';
import { type DecodedFile, decodeFile, encodeRecord, type StoreRecord } from './record.ts';

/** Something found on opening that the learner may want to know. */
export type StoreFinding =
  | { type: 'torn-tail'; file: string; droppedBytes: number }
  /** `lines` that cannot be read, from `line` on; 0 when the file ends there too early. */
  | { type: 'damaged'; file: string; line: number; lines: number; keptAs: string };

const syncEveryMs = 50;

/**
 * The store's records on disk: a snapshot and the journal of what came after it. It does not know what records mean.
 * A record is handed to the operating system with one write(2) before append returns, so it survives `kill -9`;
 * fdatasync follows within 50 ms, so a power cut can cost that much and no more.
 */
export class Journal {
  readonly findings: StoreFinding[] = [];
  readonly #folder: string;
  readonly #clock: Clock;
  #file = -1;
  #sizeBytes = 0;
  #records = 0;
  #cancelSync: (() => void) | undefined;
  #broken: Fault | undefined;

  constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** Records in the journal since the last snapshot. */
  get length(): number {
    return this.#records;
  }

  /** Opens the files and hands back every record that is whole, snapshot first. */
  open(): { snapshot: StoreRecord[]; journal: StoreRecord[] } {
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      const snapshot = this.#read('snapshot.jsonl');
      const journal = this.#read('journal.jsonl');
      this.#openJournal(journal?.end.type === 'torn' ? journal.goodBytes : undefined);
      this.#records = journal?.records.length ?? 0;
      return { snapshot: snapshot?.records ?? [], journal: journal?.records ?? [] };
    } catch (cause) {
      throw storeFault('store.open-failed', 'cannot be opened', this.#folder, cause);
    }
  }

  append(record: StoreRecord): void {
    if (this.#broken) throw this.#broken;
    const bytes = Buffer.from(encodeRecord(record));
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(this.#file, bytes, written);
    } catch (cause) {
      this.#takeBack();
      throw storeFault('store.write-failed', 'cannot be written', this.#folder, cause);
    }
    this.#sizeBytes += bytes.length;
    this.#records += 1;
    this.#cancelSync ??= this.#clock.after(syncEveryMs, () => this.#sync());
  }

  /**
   * Replaces snapshot and journal by these records. A crash between the two steps is harmless: records that the
   * snapshot has already are recognised by their revision.
   */
  compact(records: Iterable<StoreRecord>): void {
    const temporary = join(this.#folder, 'snapshot.jsonl.tmp');
    try {
      const file = openSync(temporary, 'w', 0o600);
      try {
        for (const text of inChunks(records)) writeWhole(file, text);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(temporary, join(this.#folder, 'snapshot.jsonl'));
      syncFolder(this.#folder);
      ftruncateSync(this.#file, 0);
    } catch (cause) {
      throw storeFault('store.write-failed', 'cannot be compacted', this.#folder, cause);
    }
    this.#sizeBytes = 0;
    this.#records = 0;
  }

  close(): void {
    if (this.#file < 0) return;
    this.#cancelSync?.();
    fdatasyncSync(this.#file);
    closeSync(this.#file);
    this.#file = -1;
  }

  #read(name: string): DecodedFile | undefined {
    const file = join(this.#folder, name);
    if (!existsSync(file)) return undefined;
    const content = readFileSync(file);
    const decoded = decodeFile(content);
    const damage = damageIn(decoded, name === 'snapshot.jsonl');
    if (damage) {
      // A copy, not a rename: until the store has written what it saved, a second start must find the same.
      const keptAs = freeName(`${file}.corrupt`);
      copyFileSync(file, keptAs, constants.COPYFILE_EXCL);
      this.findings.push({ type: 'damaged', file, ...damage, keptAs });
    } else if (decoded.end.type === 'torn') {
      this.findings.push({ type: 'torn-tail', file, droppedBytes: content.length - decoded.goodBytes });
    }
    return decoded;
  }

  #openJournal(cutAt: number | undefined): void {
    this.#file = openSync(join(this.#folder, 'journal.jsonl'), 'a', 0o600);
    if (cutAt !== undefined) ftruncateSync(this.#file, cutAt);
    this.#sizeBytes = fstatSync(this.#file).size;
  }

  /** Part of a record may be on disk after a failed write (full disk): the file must end at a record again. */
  #takeBack(): void {
    try {
      ftruncateSync(this.#file, this.#sizeBytes);
    } catch (cause) {
      this.#broken = storeFault('store.write-failed', 'is left with half a record', this.#folder, cause);
    }
  }

  #sync(): void {
    this.#cancelSync = undefined;
    const file = this.#file;
    // Best effort for power cuts; what survives kill -9 is written already. EBADF: closed meanwhile, which syncs.
    if (file >= 0) fdatasync(file, () => undefined);
  }
}

/** Where the file is not as it was written. A snapshot comes by rename, so not even its tail may be torn. */
function damageIn({ records, end }: DecodedFile, isSnapshot: boolean): { line: number; lines: number } | undefined {
  if (end.type === 'damaged') return { line: end.line, lines: end.lines };
  if (!isSnapshot) return undefined;
  const head = records[0];
  const isWhole = end.type === 'whole' && head?.type === 'snapshot' && head.count === records.length - 1;
  return isWhole ? undefined : { line: records.length + 1, lines: 0 };
}

function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

function* inChunks(records: Iterable<StoreRecord>): Generator<string> {
  let chunk = '';
  for (const record of records) {
    chunk += encodeRecord(record);
    if (chunk.length < 1 << 20) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

function freeName(wish: string): string {
  let name = wish;
  for (let copy = 2; existsSync(name); copy += 1) name = `${wish}.${copy}`;
  return name;
}

/** Makes a rename durable. Some systems (Windows) can't open a folder; there the rename is durable by itself. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function storeFault(code: string, what: string, folder: string, cause: unknown): Fault {
  const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const [why, next] = reasons[errno] ?? [cause instanceof Error ? `${cause.message}.` : 'The reason is unknown.', []];
  return new Fault(code, { what: `The cluster's store in ${folder} ${what}.`, why, next, cause });
}

const reasons: Record<string, [why: string, next: string[]]> = {
  ENOSPC: ['The disk is full.', ['Free some space on that disk, then do it again.']],
  EDQUOT: ['Your disk quota is used up.', ['Free some space, then do it again.']],
  EFBIG: ['The file would grow over its limit.', ['Raise the file size limit (ulimit -f), then do it again.']],
  EACCES: ['There is no right to write there.', ['Give yourself read and write rights on that folder.']],
  EPERM: ['There is no right to write there.', ['Give yourself read and write rights on that folder.']],
  EROFS: ['That disk is read-only.', ['Choose a folder on a disk that can be written.']],
};
