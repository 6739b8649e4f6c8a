import { existsSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { faultOf } from '../../fault.ts';
import { checkedLine, readCheckedLine } from '../../platform/checked-line.ts';
import { fileFault, syncFolder } from '../../platform/files.ts';
import { type ClassEvent, classLogVersion, type Draft } from '../class-records.ts';
import { AppendQueue, freshDrafts } from './append-queue.ts';
import type { ClassStore } from './class-store.ts';

/** A class in one file of checked lines, for one host; what waits is written together and synced once. */
export class FileStore implements ClassStore {
  readonly #file: string;
  readonly #handle: FileHandle;
  #size = 0;
  #position = 0;
  /** Last number of each source. */
  #numbers = new Map<string, number>();
  #onEvents: ((events: readonly ClassEvent[]) => void) | undefined;
  readonly #queue = new AppendQueue((drafts) => this.#write(drafts));
  /** Lines that could not be read; they stay in the file, and nothing is built on them. */
  damaged = 0;

  private constructor(file: string, handle: FileHandle) {
    this.#file = file;
    this.#handle = handle;
  }

  /** Call while holding the class folder's lock. */
  static async open(file: string): Promise<FileStore> {
    const isNew = !existsSync(file);
    try {
      const handle = await open(file, isNew ? 'ax+' : 'r+', 0o600);
      if (isNew) syncFolder(dirname(file));
      return new FileStore(file, handle);
    } catch (error) {
      throw fileFault(error, (errno) => faultOf('class.log-unusable', file, errno));
    }
  }

  async follow(onEvents: (events: readonly ClassEvent[]) => void): Promise<void> {
    let end = 0;
    for await (const piece of this.#pieces()) {
      end = piece.end;
      this.damaged += piece.damaged;
      for (const { origin, position } of piece.events) {
        this.#position = Math.max(this.#position, position);
        if (origin) this.#numbers.set(origin.source, origin.number);
      }
      onEvents(piece.events);
    }
    // A line that a crash tore was never acknowledged.
    const { size } = await this.#handle.stat();
    if (size > end) await this.#handle.truncate(end);
    this.#size = end;
    this.#onEvents = onEvents;
  }

  async *read(): AsyncIterable<readonly ClassEvent[]> {
    for await (const { events } of this.#pieces()) yield events;
  }

  append(drafts: readonly Draft[]): Promise<void> {
    return this.#queue.append(drafts);
  }

  // One host: there is nobody elsewhere.
  announce(): void {}
  onElsewhere(): void {}

  async close(): Promise<void> {
    await this.#queue.idle();
    await this.#handle.close();
  }

  async #write(drafts: readonly Draft[]): Promise<void> {
    const { fresh, numbers } = freshDrafts(drafts, this.#numbers);
    const events = fresh.map((draft, index) => ({
      version: classLogVersion,
      position: this.#position + index + 1,
      ...draft,
    }));
    if (events.length === 0) return;
    const bytes = Buffer.from(events.map((event) => `${checkedLine(event)}\n`).join(''));
    try {
      for (let written = 0; written < bytes.length; ) {
        written += (await this.#handle.write(bytes, written, bytes.length - written, this.#size + written))
          .bytesWritten;
      }
      await this.#handle.datasync();
    } catch (error) {
      // A part of a line would be taken for damage once more lines follow it.
      await this.#handle.truncate(this.#size).catch(() => {});
      throw fileFault(error, (errno) => faultOf('class.log-not-written', this.#file, errno));
    }
    this.#size += bytes.length;
    this.#position += events.length;
    for (const [source, number] of numbers) this.#numbers.set(source, number);
    this.#onEvents?.(events);
  }

  /** Whole lines only; `end` is where the last of them ends. */
  async *#pieces(): AsyncIterable<{ events: ClassEvent[]; damaged: number; end: number }> {
    const chunk = Buffer.alloc(1 << 20);
    let rest = Buffer.alloc(0);
    let at = 0;
    for (;;) {
      const { bytesRead } = await this.#handle.read(chunk, 0, chunk.length, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
      const end = bytes.lastIndexOf(0x0a) + 1;
      rest = bytes.subarray(end);
      const lines = bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
      const events = lines.map(readEvent).filter((event) => event !== undefined);
      yield { events, damaged: lines.length - events.length, end: at - rest.length };
    }
  }
}

/** What the checksum vouches for, we wrote; a later version's kinds are passed over where events are applied. */
function readEvent(line: string): ClassEvent | undefined {
  const value = readCheckedLine(line);
  if (typeof value !== 'object' || value === null || !('position' in value) || !('record' in value)) return undefined;
  return value as ClassEvent;
}
