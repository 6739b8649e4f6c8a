/** Errors of a file system with the words of strerror(3). */
const words = {
  ENOENT: 'No such file or directory',
  EISDIR: 'Is a directory',
  ENOTDIR: 'Not a directory',
  EEXIST: 'File exists',
  ENOTEMPTY: 'Directory not empty',
  EACCES: 'Permission denied',
  EROFS: 'Read-only file system',
  ENOSPC: 'No space left on device',
  EBUSY: 'Resource busy',
} as const;

export class FileError extends Error {
  override readonly name = 'FileError';
  readonly code: keyof typeof words;

  constructor(code: keyof typeof words) {
    super(words[code]);
    this.code = code;
  }
}

export interface FileNode {
  kind: 'file';
  bytes: Buffer;
  mode: number;
  modifiedMs: number;
}

export interface FolderNode {
  kind: 'folder';
  entries: Map<string, TreeNode>;
  modifiedMs: number;
}

export type TreeNode = FileNode | FolderNode;

export interface TreeLimits {
  bytes: number;
  nodes: number;
}

/** What one container, or one emptyDir, may hold: enough to try things out, and nothing that the sandbox would feel. */
const defaultLimits: TreeLimits = { bytes: 8 << 20, nodes: 4000 };

/** Folders and files in memory, bounded. Paths are lists of names; it knows neither users nor mounts. */
export class FileTree {
  readonly root: FolderNode;
  readonly #limits: TreeLimits;
  #bytes = 0;
  #nodes = 1;

  constructor(nowMs: number, limits: TreeLimits = defaultLimits) {
    this.root = { kind: 'folder', entries: new Map(), modifiedMs: nowMs };
    this.#limits = limits;
  }

  find(path: readonly string[]): TreeNode | undefined {
    let node: TreeNode = this.root;
    for (const name of path) {
      const next: TreeNode | undefined = node.kind === 'folder' ? node.entries.get(name) : undefined;
      if (!next) return undefined;
      node = next;
    }
    return node;
  }

  write(path: readonly string[], bytes: Buffer, options: { append?: boolean; mode?: number; nowMs: number }): void {
    const folder = this.#folderOf(path);
    const name = path.at(-1) ?? '';
    const old = folder.entries.get(name);
    if (old?.kind === 'folder') throw new FileError('EISDIR');
    const kept = options.append && old ? old.bytes.length : 0;
    this.#take(kept + bytes.length - (old?.bytes.length ?? 0), old ? 0 : 1);
    const content = kept > 0 && old ? appended(old.bytes, bytes) : Buffer.from(bytes);
    const mode = options.mode ?? old?.mode ?? 0o644;
    folder.entries.set(name, { kind: 'file', bytes: content, mode, modifiedMs: options.nowMs });
    if (!old) folder.modifiedMs = options.nowMs;
  }

  makeFolder(path: readonly string[], nowMs: number): void {
    const folder = this.#folderOf(path);
    const name = path.at(-1) ?? '';
    if (folder.entries.has(name)) throw new FileError('EEXIST');
    this.#take(0, 1);
    folder.entries.set(name, { kind: 'folder', entries: new Map(), modifiedMs: nowMs });
    folder.modifiedMs = nowMs;
  }

  remove(path: readonly string[], nowMs: number): void {
    const folder = this.#folderOf(path);
    const name = path.at(-1) ?? '';
    const node = folder.entries.get(name);
    if (!node) throw new FileError('ENOENT');
    if (node.kind === 'folder' && node.entries.size > 0) throw new FileError('ENOTEMPTY');
    folder.entries.delete(name);
    folder.modifiedMs = nowMs;
    this.#take(node.kind === 'file' ? -node.bytes.length : 0, -1);
  }

  #folderOf(path: readonly string[]): FolderNode {
    if (path.length === 0) throw new FileError('EBUSY');
    const folder = this.find(path.slice(0, -1));
    if (!folder) throw new FileError('ENOENT');
    if (folder.kind !== 'folder') throw new FileError('ENOTDIR');
    return folder;
  }

  #take(bytes: number, nodes: number): void {
    if (bytes > 0 && this.#bytes + bytes > this.#limits.bytes) throw new FileError('ENOSPC');
    if (nodes > 0 && this.#nodes + nodes > this.#limits.nodes) throw new FileError('ENOSPC');
    this.#bytes += bytes;
    this.#nodes += nodes;
  }
}

/**
 * A log grows line by line: room is doubled when it runs out, so that each line is not a copy of all. Whoever holds the
 * shorter view keeps seeing it; only one view of a buffer is ever the last.
 */
function appended(old: Buffer, bytes: Buffer): Buffer {
  const whole = old.buffer;
  const end = old.byteOffset + old.length;
  const isOwn = old.byteOffset === 0 && whole.byteLength >= end + bytes.length && whole.byteLength > Buffer.poolSize;
  const room = isOwn
    ? Buffer.from(whole)
    : Buffer.alloc(Math.max(2 * (old.length + bytes.length), 2 * Buffer.poolSize));
  if (!isOwn) old.copy(room);
  bytes.copy(room, old.length);
  return room.subarray(0, old.length + bytes.length);
}
