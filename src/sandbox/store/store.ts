import { Fault } from '../../fault.ts';
import { deepFreeze } from '../../kube/json-value.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Clock } from '../../platform/clock.ts';
import type { WatchEventType } from '../cluster-api.ts';
import { Journal, type StoreFinding } from './journal.ts';
import { KindObjects } from './kind-objects.ts';
import type { StoreRecord } from './record.ts';

/** One change, after it was stored. Objects are frozen and shared. */
export interface StoreEvent {
  type: WatchEventType;
  revision: number;
  /** On DELETED the last state, with the revision of the deletion. */
  object: KubeObject;
  previous: KubeObject | undefined;
}

export type StoreListener = (event: StoreEvent) => void;

/** The object was not as the writer thought: changed, gone, or there already. */
export class RevisionConflict extends Error {
  override readonly name = 'RevisionConflict';
  readonly current: KubeObject | undefined;

  constructor(current: KubeObject | undefined) {
    super('the object is not at the expected revision');
    this.current = current;
  }
}

export interface StoreOptions {
  /** Without one the store lives in memory only. */
  folder?: string;
  clock: Clock;
  /** Changes kept per kind for watches that start in the past. */
  window?: number;
  /** Records in the journal before it is folded into a snapshot; at least twice the number of objects. */
  compactAfter?: number;
}

interface Kind {
  objects: KindObjects;
  history: StoreEvent[];
  /** History is complete for revisions above this one. */
  completeAfter: number;
  listeners: Set<StoreListener>;
}

/**
 * All objects of a cluster, in memory and in a journal, under one revision counter. It knows kinds by name only:
 * nothing of schemas, admission or finalizers. Writes are synchronous: on disk first, then in memory, then told.
 */
export class Store {
  readonly #kinds = new Map<string, Kind>();
  readonly #journal: Journal | undefined;
  readonly #window: number;
  readonly #compactAfter: number;
  #compactAt: number;
  readonly #untold: { kind: Kind; event: StoreEvent }[] = [];
  #telling = false;
  #revision = 1;
  #objects = 0;
  /** Watches can't reach back before the start of this process. */
  #startRevision = 1;

  constructor(options: StoreOptions) {
    this.#window = options.window ?? 1024;
    this.#compactAfter = options.compactAfter ?? 2000;
    this.#compactAt = this.#compactAfter;
    if (options.folder === undefined) return;
    this.#journal = new Journal(options.folder, options.clock);
    this.#load(this.#journal);
  }

  get revision(): number {
    return this.#revision;
  }

  /** What was wrong on disk when it was opened. */
  get findings(): readonly StoreFinding[] {
    return this.#journal?.findings ?? [];
  }

  get(kind: string, namespace: string, name: string): KubeObject | undefined {
    return this.#kinds.get(kind)?.objects.get(namespace, name);
  }

  /** In order of namespace and name. */
  list(kind: string, namespace?: string): KubeObject[] {
    return this.#kinds.get(kind)?.objects.list(namespace) ?? [];
  }

  /** The list as it was at a revision; undefined when that is longer ago than the history. */
  listAt(kind: string, revision: number, namespace?: string): KubeObject[] | undefined {
    const { objects, history, completeAfter } = this.#kind(kind);
    if (revision < completeAfter) return undefined;
    const then = new KindObjects();
    for (const object of objects.list(namespace)) setIn(then, object);
    for (const event of history.toReversed()) {
      if (event.revision <= revision) break;
      if (namespace !== undefined && event.object.metadata.namespace !== namespace) continue;
      if (event.previous) setIn(then, event.previous);
      else then.delete(event.object.metadata.namespace ?? '', event.object.metadata.name ?? '');
    }
    return then.list(namespace);
  }

  /** Stores a new object, which it takes over and freezes. */
  create(kind: string, object: KubeObject): KubeObject {
    return this.#put(kind, object, undefined);
  }

  /** Replaces `current`, which must still be what is stored. */
  replace(kind: string, object: KubeObject, current: KubeObject): KubeObject {
    return this.#put(kind, object, current);
  }

  /** `last` is what watchers see of it, when that differs from what is stored. */
  remove(kind: string, current: KubeObject, last: KubeObject = current): KubeObject {
    const { namespace = '', name = '' } = current.metadata;
    const stored = this.get(kind, namespace, name);
    if (stored !== current) throw new RevisionConflict(stored);
    const revision = this.#revision + 1;
    this.#journal?.append({ v: 1, type: 'remove', revision, kind, namespace, name });
    const object = stamped(last, revision);
    this.#kind(kind).objects.delete(namespace, name);
    this.#objects -= 1;
    this.#tell(kind, { type: 'DELETED', revision, object, previous: current });
    return object;
  }

  /**
   * Calls back after every change of the kind from now on, in order. With `since`, what came after that revision is
   * told first, inside this call; answers undefined, and does not listen, when the history does not reach back so far.
   */
  watch(kind: string, listener: StoreListener, since?: number): (() => void) | undefined {
    const watched = this.#kind(kind);
    if (since !== undefined) {
      if (since < watched.completeAfter) return undefined;
      for (const event of watched.history) if (event.revision > since) listener(event);
    }
    // A change that is being told right now is in the history already and must not come twice.
    const told = this.#revision;
    const onEvent: StoreListener = (event) => {
      if (event.revision > told) listener(event);
    };
    watched.listeners.add(onEvent);
    return () => watched.listeners.delete(onEvent);
  }

  close(): void {
    this.#journal?.close();
  }

  #put(kindName: string, object: KubeObject, current: KubeObject | undefined): KubeObject {
    const kind = this.#kind(kindName);
    const { namespace = '', name = '' } = object.metadata;
    const previous = kind.objects.get(namespace, name);
    if (previous !== current) throw new RevisionConflict(previous);
    const revision = this.#revision + 1;
    const stored = stamped(object, revision);
    this.#journal?.append({ v: 1, type: 'put', revision, kind: kindName, object: stored });
    kind.objects.set(namespace, name, stored);
    if (!previous) this.#objects += 1;
    this.#tell(kindName, { type: previous ? 'MODIFIED' : 'ADDED', revision, object: stored, previous });
    return stored;
  }

  /** Changes made by a listener are told after the change it was told about, to everyone in the same order. */
  #tell(kindName: string, event: StoreEvent): void {
    this.#revision = event.revision;
    const kind = this.#kind(kindName);
    kind.history.push(event);
    if (kind.history.length >= 2 * this.#window) this.#forget(kind);
    this.#untold.push({ kind, event });
    if (this.#telling) return;
    this.#telling = true;
    for (let next = this.#untold.shift(); next; next = this.#untold.shift()) {
      for (const listener of next.kind.listeners) tellOne(listener, next.event);
    }
    this.#telling = false;
    this.#compactWhenLong();
  }

  #forget(kind: Kind): void {
    const dropped = kind.history.splice(0, kind.history.length - this.#window);
    kind.completeAfter = dropped.at(-1)?.revision ?? kind.completeAfter;
  }

  #compactWhenLong(): void {
    const journal = this.#journal;
    if (!journal || journal.length < Math.max(this.#compactAt, 2 * this.#objects)) return;
    try {
      this.#compact(journal);
      this.#compactAt = this.#compactAfter;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      // The write that brought us here is safe in the journal; a full disk only means that it stays long.
      this.#compactAt = 2 * journal.length;
    }
  }

  #compact(journal: Journal): void {
    journal.compact(this.#snapshot());
  }

  *#snapshot(): Generator<StoreRecord> {
    yield { v: 1, type: 'snapshot', revision: this.#revision, count: this.#objects };
    for (const [kind, { objects }] of this.#kinds) {
      for (const object of objects.list()) {
        yield { v: 1, type: 'put', revision: Number(object.metadata.resourceVersion), kind, object };
      }
    }
  }

  #load(journal: Journal): void {
    const { snapshot, journal: records } = journal.open();
    for (const record of snapshot) this.#replay(record);
    const covered = snapshot[0]?.type === 'snapshot' ? snapshot[0].revision : 0;
    for (const record of records) if (record.revision > covered) this.#replay(record);
    this.#startRevision = this.#revision;
    for (const kind of this.#kinds.values()) kind.completeAfter = this.#revision;
    // What was saved from damaged files must not depend on them any longer.
    if (journal.findings.some((finding) => finding.type === 'damaged')) this.#compact(journal);
  }

  #replay(record: StoreRecord): void {
    this.#revision = Math.max(this.#revision, record.revision);
    if (record.type === 'put') {
      const { objects } = this.#kind(record.kind);
      const before = objects.size;
      setIn(objects, deepFreeze(record.object));
      this.#objects += objects.size - before;
    } else if (record.type === 'remove') {
      const { objects } = this.#kind(record.kind);
      const before = objects.size;
      objects.delete(record.namespace, record.name);
      this.#objects += objects.size - before;
    }
  }

  #kind(name: string): Kind {
    let kind = this.#kinds.get(name);
    if (!kind) {
      kind = { objects: new KindObjects(), history: [], completeAfter: this.#startRevision, listeners: new Set() };
      this.#kinds.set(name, kind);
    }
    return kind;
  }
}

function setIn(objects: KindObjects, object: KubeObject): void {
  objects.set(object.metadata.namespace ?? '', object.metadata.name ?? '', object);
}

function stamped(object: KubeObject, revision: number): KubeObject {
  return deepFreeze({ ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } });
}

/** A listener that throws is our bug; it must not undo or hide a change that is stored. */
function tellOne(listener: StoreListener, event: StoreEvent): void {
  try {
    listener(event);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
