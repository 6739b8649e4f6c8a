import type { Clock } from '../../../platform/clock.ts';
import { FileError, FileTree, type TreeNode } from './file-tree.ts';

/** Something mounted into a container: a folder that its containers share, or texts that follow their objects. */
export interface Mount {
  path: string;
  isReadOnly: boolean;
  /** `below`: the part of the folder that is mounted. */
  content:
    | { type: 'tree'; tree: FileTree; below: readonly string[] }
    | { type: 'live'; files: () => Readonly<Record<string, string>> };
}

export interface Stats {
  kind: 'file' | 'folder';
  sizeBytes: number;
  mode: number;
  modifiedMs: number;
  /** User id. */
  owner: number;
}

interface Place {
  mount: Mount | undefined;
  names: string[];
}

/** Absolute and without `.`, `..` and doubled slashes. */
export function absolutePath(cwd: string, path: string): string {
  const names: string[] = [];
  for (const name of `${path.startsWith('/') ? '' : cwd}/${path}`.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}

const namesOf = (path: string) => path.split('/').filter((name) => name !== '');

/**
 * The file system of one run of a container: what its image and the kubelet put there, what it wrote since, and the
 * pod's mounts. It is lost when the container ends. Paths are absolute (`absolutePath`); failures are FileErrors.
 */
export class ContainerFiles {
  readonly #clock: Clock;
  readonly #tree: FileTree;
  readonly #mounts: readonly Mount[];
  readonly #userId: number;
  readonly #isReadOnly: boolean;
  readonly #openFolders: readonly string[];

  constructor(parts: {
    clock: Clock;
    userId: number;
    isReadOnly: boolean;
    mounts: readonly Mount[];
    /** What the image and the kubelet put there; executables apart. */
    texts: Readonly<Record<string, string>>;
    executables: readonly string[];
    home: string;
  }) {
    const now = parts.clock.now();
    this.#clock = parts.clock;
    this.#userId = parts.userId;
    this.#isReadOnly = parts.isReadOnly;
    this.#tree = new FileTree(now);
    this.#openFolders = ['/tmp', '/var/tmp', '/dev', ...(parts.home === '/' ? [] : [parts.home])];
    const put = (path: string, bytes: Buffer, mode: number) => {
      this.#parents(path, now);
      this.#tree.write(namesOf(path), bytes, { mode, nowMs: now });
    };
    for (const path of ['/etc', '/var', ...this.#openFolders, ...parts.mounts.map((mount) => mount.path)]) {
      this.#parents(`${path}/.`, now);
    }
    for (const path of parts.executables) put(path, Buffer.alloc(0), 0o755);
    for (const [path, text] of Object.entries(parts.texts)) put(path, Buffer.from(text), 0o644);
    this.#mounts = parts.mounts.toSorted((a, b) => b.path.length - a.path.length);
  }

  stat(path: string): Stats | undefined {
    if (path === '/dev/null') return { kind: 'file', sizeBytes: 0, mode: 0o666, modifiedMs: 0, owner: 0 };
    const place = this.#place(path);
    const { content } = place.mount ?? {};
    if (content?.type === 'live') return liveStats(content.files(), place.names, this.#clock.now());
    const node = (content?.tree ?? this.#tree).find(place.names);
    return node && statsOf(node, place.mount || this.#isOpen(path) ? this.#userId : 0);
  }

  read(path: string): Buffer {
    if (path === '/dev/null') return Buffer.alloc(0);
    const place = this.#place(path);
    const { content } = place.mount ?? {};
    if (content?.type === 'live') {
      const text = content.files()[place.names.join('/')];
      if (text !== undefined) return Buffer.from(text);
      throw new FileError(this.stat(path) ? 'EISDIR' : 'ENOENT');
    }
    const node = (content?.tree ?? this.#tree).find(place.names);
    if (!node) throw new FileError('ENOENT');
    if (node.kind === 'folder') throw new FileError('EISDIR');
    return node.bytes;
  }

  /** Names in a folder, sorted. */
  list(path: string): string[] {
    const place = this.#place(path);
    const { content } = place.mount ?? {};
    const names = new Set<string>();
    if (content?.type === 'live') {
      if (this.stat(path)?.kind !== 'folder') throw new FileError('ENOTDIR');
      for (const name of liveNames(content.files(), place.names)) names.add(name);
    } else {
      const node = (content?.tree ?? this.#tree).find(place.names);
      if (!node) throw new FileError('ENOENT');
      if (node.kind === 'file') throw new FileError('ENOTDIR');
      for (const name of node.entries.keys()) names.add(name);
    }
    return [...names].sort();
  }

  write(path: string, bytes: Buffer, options: { append?: boolean } = {}): void {
    if (path === '/dev/null') return;
    const { tree, names } = this.#writable(path, this.stat(path) !== undefined);
    tree.write(names, bytes, { ...options, nowMs: this.#clock.now() });
  }

  makeFolder(path: string): void {
    if (this.stat(path)) throw new FileError('EEXIST');
    const { tree, names } = this.#writable(path, false);
    tree.makeFolder(names, this.#clock.now());
  }

  remove(path: string): void {
    if (!this.stat(path)) throw new FileError('ENOENT');
    if (this.#mounts.some((mount) => mount.path === path)) throw new FileError('EBUSY');
    const { tree, names } = this.#writable(path, true);
    tree.remove(names, this.#clock.now());
  }

  #writable(path: string, exists: boolean): { tree: FileTree; names: string[] } {
    const { mount, names } = this.#place(path);
    if (mount) {
      if (mount.isReadOnly || mount.content.type === 'live') throw new FileError('EROFS');
      return { tree: mount.content.tree, names };
    }
    const folder = this.stat(absolutePath(path, '..'));
    if (!folder && !exists) throw new FileError('ENOENT');
    if (this.#isReadOnly) throw new FileError('EROFS');
    if (this.#userId !== 0 && !this.#isOpen(path)) throw new FileError('EACCES');
    return { tree: this.#tree, names };
  }

  /** Where somebody other than root may write. */
  #isOpen(path: string): boolean {
    return this.#openFolders.some((folder) => path.startsWith(`${folder}/`));
  }

  #place(path: string): Place {
    const mount = this.#mounts.find((one) => path === one.path || path.startsWith(`${one.path}/`));
    const names = namesOf(mount ? path.slice(mount.path.length) : path);
    return { mount, names: mount?.content.type === 'tree' ? [...mount.content.below, ...names] : names };
  }

  #parents(path: string, now: number): void {
    const names = namesOf(path).slice(0, -1);
    for (let depth = 1; depth <= names.length; depth += 1) {
      if (!this.#tree.find(names.slice(0, depth))) this.#tree.makeFolder(names.slice(0, depth), now);
    }
  }
}

function statsOf(node: TreeNode, owner: number): Stats {
  const { modifiedMs } = node;
  return node.kind === 'file'
    ? { kind: 'file', sizeBytes: node.bytes.length, mode: node.mode, modifiedMs, owner }
    : { kind: 'folder', sizeBytes: 4096, mode: 0o755, modifiedMs, owner };
}

/** The names right below a folder of a live mount. */
function liveNames(files: Readonly<Record<string, string>>, folder: readonly string[]): string[] {
  const prefix = folder.map((name) => `${name}/`).join('');
  return Object.keys(files).flatMap((path) =>
    path.startsWith(prefix) ? [path.slice(prefix.length).split('/')[0] ?? ''] : [],
  );
}

function liveStats(files: Readonly<Record<string, string>>, names: readonly string[], now: number): Stats | undefined {
  const text = files[names.join('/')];
  const common = { modifiedMs: now, owner: 0 };
  if (text !== undefined) return { kind: 'file', sizeBytes: Buffer.byteLength(text), mode: 0o644, ...common };
  const isFolder = names.length === 0 || liveNames(files, names).length > 0;
  return isFolder ? { kind: 'folder', sizeBytes: 4096, mode: 0o755, ...common } : undefined;
}
