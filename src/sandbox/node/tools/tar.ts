import { readAll } from '../processes/byte-stream.ts';
import { absolutePath } from '../processes/container-files.ts';
import type { Process, Tool } from '../processes/process.ts';
import { complain, pathIn, UsageError } from './options.ts';

/** tar as far as `kubectl cp` and a person need it: files and folders in ustar, made, listed and unpacked; uncompressed. */
const blockBytes = 512;

const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, '0')}\0`;

function header(name: string, sizeBytes: number, isFolder: boolean, modifiedMs: number): Buffer {
  const block = Buffer.alloc(blockBytes);
  const shown = Buffer.from(isFolder ? `${name}/` : name);
  // A longer name is split at a slash, as ustar has it.
  const cut = shown.length > 100 ? shown.lastIndexOf(0x2f, 155) : -1;
  if (shown.length > 100 && (cut < 0 || shown.length - cut - 1 > 100))
    throw new UsageError(`${name}: name is too long`);
  shown.copy(block, 0, cut + 1);
  block.write(octal(isFolder ? 0o755 : 0o644, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(sizeBytes, 12), 124);
  block.write(octal(Math.floor(modifiedMs / 1000), 12), 136);
  block.write('        ', 148);
  block.write(isFolder ? '5' : '0', 156);
  block.write('ustar\x0000', 257);
  if (cut > 0) shown.copy(block, 345, 0, cut);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

const padding = (sizeBytes: number) => Buffer.alloc((blockBytes - (sizeBytes % blockBytes)) % blockBytes);

async function add(process: Process, folder: string, name: string): Promise<void> {
  const { files } = process.system;
  const path = absolutePath(folder, name);
  const stats = files.stat(path);
  if (!stats) {
    await complain(process, `${name}: No such file or directory`);
    throw new UsageError('error exit delayed from previous errors');
  }
  const shown = name.replace(/^\/+/, '').replace(/\/+$/, '');
  if (stats.kind === 'folder') {
    if (shown !== '') await process.stdout.write(header(shown, 0, true, stats.modifiedMs));
    for (const inner of files.list(path)) await add(process, folder, `${name.replace(/\/+$/, '')}/${inner}`);
    return;
  }
  const bytes = files.read(path);
  await process.stdout.write(header(shown, bytes.length, false, stats.modifiedMs));
  await process.stdout.write(Buffer.concat([bytes, padding(bytes.length)]));
}

interface Entry {
  name: string;
  isFolder: boolean;
  bytes: Buffer;
}

/** POSIX pax: `28 path=of the next entry\n`, where the name is too long or too foreign for its header. */
function paxPath(records: Buffer): string | undefined {
  for (let at = 0; at < records.length; ) {
    const digits = /^\d+(?= )/.exec(records.toString('latin1', at, at + 12))?.[0] ?? '';
    const end = at + Number(digits);
    const record = records.toString('utf8', at + digits.length + 1, end - 1);
    if (record.startsWith('path=')) return record.slice('path='.length);
    if (end <= at) return undefined;
    at = end;
  }
  return undefined;
}

function* entriesOf(archive: Buffer): Generator<Entry> {
  let longName: string | undefined;
  const text = (from: number, length: number) =>
    (archive.toString('utf8', from, from + length).split('\0', 1)[0] ?? '').trim();
  for (let at = 0; at + blockBytes <= archive.length && archive[at] !== 0; ) {
    const [prefix, type] = [text(at + 345, 155), archive.toString('latin1', at + 156, at + 157)];
    const sizeBytes = Number.parseInt(text(at + 124, 12), 8);
    if (!(sizeBytes >= 0)) throw new UsageError('invalid tar magic');
    const start = at + blockBytes;
    const bytes = archive.subarray(start, start + sizeBytes);
    if (bytes.length < sizeBytes) throw new UsageError('short read');
    const name = longName ?? `${prefix === '' ? '' : `${prefix}/`}${text(at, 100)}`;
    if (type === '5' || type === '0' || type === '\0') yield { name, isFolder: type === '5', bytes };
    // L is GNU's way to say the same.
    longName = type === 'x' ? paxPath(bytes) : type === 'L' ? text(start, sizeBytes) : undefined;
    at = start + Math.ceil(sizeBytes / blockBytes) * blockBytes;
  }
}

function makeFolders({ system: { files } }: Process, path: string): void {
  const names = path.split('/').slice(1);
  for (let depth = 1; depth <= names.length; depth += 1) {
    const part = `/${names.slice(0, depth).join('/')}`;
    if (part !== '/' && !files.stat(part)) files.makeFolder(part);
  }
}

async function unpack(process: Process, archive: Buffer, folder: string): Promise<void> {
  for (const { name, isFolder, bytes } of entriesOf(archive)) {
    // Names are taken below the folder, whatever they say of parents.
    const inside = absolutePath('/', name);
    const path = absolutePath('/', `${folder}${inside}`);
    makeFolders(process, isFolder ? path : absolutePath(path, '..'));
    if (!isFolder) process.system.files.write(path, Buffer.from(bytes));
  }
}

export const tar: Tool = {
  async run(process) {
    const [, first = '', ...words] = process.argv;
    let letters = first.replace(/^-/, '');
    let file = '-';
    let folder = process.cwd;
    const names: string[] = [];
    if (letters.includes('f')) file = words.shift() ?? '-';
    for (let word = words.shift(); word !== undefined; word = words.shift()) {
      if (word === '-C') folder = pathIn(process, words.shift() ?? '.');
      else if (word === '-f') file = words.shift() ?? '-';
      else if (/^-[a-z]+$/.test(word)) letters += word.slice(1);
      else names.push(word);
    }
    if (/[zjJ]/.test(letters)) throw new UsageError('this tar of the sandbox knows no compression');
    if (letters.includes('c')) {
      if (file !== '-') throw new UsageError('this tar of the sandbox writes to standard output only: -f -');
      for (const name of names) await add(process, folder, name);
      await process.stdout.write(Buffer.alloc(2 * blockBytes));
      return 0;
    }
    const archive = file === '-' ? await readAll(process.stdin) : process.system.files.read(pathIn(process, file));
    if (letters.includes('x')) await unpack(process, archive, folder);
    else if (letters.includes('t')) for (const { name } of entriesOf(archive)) await process.stdout.write(`${name}\n`);
    else throw new UsageError('one of c, x and t is wanted');
    return 0;
  },
};
