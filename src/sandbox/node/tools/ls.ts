import type { Stats } from '../processes/container-files.ts';
import { FileError } from '../processes/file-tree.ts';
import type { Process, Tool } from '../processes/process.ts';
import { complain, getopt, pathIn } from './options.ts';

const bits = (mode: number) => [...'rwxrwxrwx'].map((letter, at) => (mode & (1 << (8 - at)) ? letter : '-')).join('');

interface Entry {
  name: string;
  stats: Stats;
}

/** busybox: `4.0K`; what a container holds is never more than megabytes. */
function humanSize(bytes: number): string {
  if (bytes < 1024) return String(bytes);
  const isLarge = bytes >= 1 << 20;
  return `${(bytes / (isLarge ? 1 << 20 : 1024)).toFixed(1)}${isLarge ? 'M' : 'K'}`;
}

/** busybox: month, day, time. */
function longLine(process: Process, { name, stats }: Entry, isHuman: boolean): string {
  const { id, name: userName } = process.system.user;
  const owner = stats.owner === id ? userName : stats.owner === 0 ? 'root' : String(stats.owner);
  const [month, day, time] = new Date(stats.modifiedMs)
    .toUTCString()
    .replace(/^\w+, (\d+) (\w+) \d+ (\d+:\d+).*/, '$2 $1 $3')
    .split(' ');
  const columns = [
    `${stats.kind === 'folder' ? 'd' : '-'}${bits(stats.mode)}`,
    '   1',
    owner.padEnd(8),
    owner.padEnd(8),
    (isHuman ? humanSize(stats.sizeBytes) : String(stats.sizeBytes)).padStart(9),
    `${month} ${(day ?? '').replace(/^0/, '').padStart(2)} ${time}`,
  ];
  return `${columns.join(' ')} ${name}\n`;
}

function entriesOf(process: Process, folder: string, showsHidden: boolean): Entry[] {
  const { files } = process.system;
  const names = files.list(folder).filter((name) => showsHidden || !name.startsWith('.'));
  const all = showsHidden ? ['.', '..', ...names] : names;
  return all.flatMap((name) => {
    const stats = files.stat(pathIn(process, `${folder}/${name}`));
    return stats ? [{ name, stats }] : [];
  });
}

export const ls: Tool = {
  async run(process) {
    const { flags, operands } = getopt(process.argv.slice(1), '1Aalhdr');
    const isLong = flags.has('l');
    const show = async (entries: Entry[]) => {
      if (flags.has('r')) entries.reverse();
      if (isLong) for (const entry of entries) await process.stdout.write(longLine(process, entry, flags.has('h')));
      else if (process.screen && !flags.has('1') && entries.length > 0) {
        await process.stdout.write(
          columnsOf(
            entries.map(({ name }) => name),
            process.screen.columns,
          ),
        );
      } else for (const { name } of entries) await process.stdout.write(`${name}\n`);
    };
    let exitCode = 0;
    const paths = operands.length > 0 ? operands : ['.'];
    for (const path of paths) {
      const full = pathIn(process, path);
      const stats = process.system.files.stat(full);
      try {
        if (!stats) throw new FileError('ENOENT');
        if (stats.kind === 'file' || flags.has('d')) {
          await show([{ name: path, stats }]);
          continue;
        }
        if (paths.length > 1) await process.stdout.write(`${path === paths[0] ? '' : '\n'}${path}:\n`);
        const entries = entriesOf(process, full, flags.has('a') || flags.has('A'));
        if (isLong) await process.stdout.write(`total ${entries.length * 4}\n`);
        await show(entries);
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        exitCode = await complain(process, `${path}: ${error.message}`);
      }
    }
    return exitCode;
  },
};

/** Names in columns, filled downwards, as wide as the terminal allows. */
function columnsOf(names: readonly string[], width: number): string {
  const cell = Math.max(...names.map((name) => name.length)) + 2;
  const columns = Math.max(1, Math.floor(width / cell));
  const rows = Math.ceil(names.length / columns);
  const lines = Array.from({ length: rows }, (_, row) =>
    names
      .filter((_, at) => at % rows === row)
      .map((name) => name.padEnd(cell))
      .join('')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}
