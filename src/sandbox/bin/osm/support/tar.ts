import { gzipSync } from 'node:zlib';

/** A tar archive in memory (POSIX ustar), of files alone; folders are implied by their names. */
export interface ArchivedFile {
  /** Relative, with slashes. */
  path: string;
  content: Buffer;
  modifiedMs: number;
}

const blockBytes = 512;

/** Names of more than 100 characters are split at a slash into prefix (155) and name (100). */
function splitPath(path: string): { prefix: string; name: string } {
  if (Buffer.byteLength(path) <= 100) return { prefix: '', name: path };
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) return { prefix, name };
  }
  throw new Error(`${path}: a name that long does not fit into a tar archive`);
}

function header({ path, content, modifiedMs }: ArchivedFile): Buffer {
  const block = Buffer.alloc(blockBytes);
  const { prefix, name } = splitPath(path);
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`;
  const fields: readonly (readonly [offset: number, text: string])[] = [
    [0, name],
    [100, octal(0o600, 8)],
    [108, octal(0, 8)],
    [116, octal(0, 8)],
    [124, octal(content.length, 12)],
    [136, octal(Math.floor(modifiedMs / 1000), 12)],
    [148, ' '.repeat(8)],
    [156, '0'],
    [257, 'ustar\u000000'],
    [345, prefix],
  ];
  for (const [offset, text] of fields) block.write(text, offset, 'utf8');
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  block.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function tar(files: readonly ArchivedFile[]): Buffer {
  const parts = files.flatMap((file) => [
    header(file),
    file.content,
    Buffer.alloc((blockBytes - (file.content.length % blockBytes)) % blockBytes),
  ]);
  return Buffer.concat([...parts, Buffer.alloc(2 * blockBytes)]);
}

/** By the ending of the archive's name; undefined when that is none of those written here. */
export function archive(name: string, files: readonly ArchivedFile[]): Buffer | undefined {
  if (/\.(tar\.gz|tgz)$/.test(name)) return gzipSync(tar(files));
  return name.endsWith('.tar') ? tar(files) : undefined;
}
