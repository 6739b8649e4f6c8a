import { absolutePath, type ContainerFiles } from '../processes/container-files.ts';
import { FileError } from '../processes/file-tree.ts';
import type { Process, Tool } from '../processes/process.ts';
import { complain, fileOf, getopt, pathIn, UsageError } from './options.ts';

/** mkdir, rmdir, rm, touch, cp, mv: what changes the container's files. */
async function withEach(
  process: Process,
  what: string,
  paths: readonly string[],
  work: (path: string) => void | Promise<void>,
) {
  let exitCode = 0;
  for (const path of paths) {
    try {
      await work(pathIn(process, path));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      exitCode = await complain(process, `${what} '${path}': ${error.message}`);
    }
  }
  return exitCode;
}

export const mkdir: Tool = {
  run(process) {
    const { flags, operands } = getopt(process.argv.slice(1), 'pm:');
    const { files } = process.system;
    return withEach(process, "can't create directory", operands, (path) => {
      if (!flags.has('p')) return files.makeFolder(path);
      const names = path.split('/').slice(1);
      for (let depth = 1; depth <= names.length; depth += 1) {
        const part = `/${names.slice(0, depth).join('/')}`;
        if (files.stat(part)?.kind === 'file') throw new FileError('ENOTDIR');
        if (!files.stat(part)) files.makeFolder(part);
      }
    });
  },
};

function removeAll(files: ContainerFiles, path: string): void {
  if (files.stat(path)?.kind === 'folder') {
    for (const name of files.list(path)) removeAll(files, absolutePath(path, name));
  }
  files.remove(path);
}

export const rm: Tool = {
  run(process) {
    const { flags, operands } = getopt(process.argv.slice(1), 'rRf');
    return withEach(process, "can't remove", operands, (path) => {
      const stats = process.system.files.stat(path);
      if (!stats && flags.has('f')) return;
      if (stats?.kind === 'folder' && !flags.has('r') && !flags.has('R')) throw new FileError('EISDIR');
      removeAll(process.system.files, path);
    });
  },
};

export const rmdir: Tool = {
  run(process) {
    const { operands } = getopt(process.argv.slice(1), '');
    return withEach(process, '', operands, (path) => {
      if (process.system.files.stat(path)?.kind === 'file') throw new FileError('ENOTDIR');
      process.system.files.remove(path);
    });
  },
};

export const touch: Tool = {
  run(process) {
    const { operands } = getopt(process.argv.slice(1), 'c');
    const { files } = process.system;
    return withEach(process, '', operands, (path) => {
      if (files.stat(path)?.kind !== 'folder') files.write(path, Buffer.alloc(0), { append: true });
    });
  },
};

/** Into a folder under the old name, or to a path of its own. */
async function place(process: Process, from: string, to: string): Promise<string> {
  const { files } = process.system;
  const target = pathIn(process, to);
  const isFolder = files.stat(target)?.kind === 'folder';
  const path = isFolder ? absolutePath(target, from.split('/').findLast((name) => name !== '') ?? '') : target;
  files.write(path, await fileOf(process, from));
  return path;
}

const fromAndTo = (operands: readonly string[]): [string[], string] => {
  const to = operands.at(-1);
  if (to === undefined || operands.length < 2) throw new UsageError('missing operand');
  return [operands.slice(0, -1), to];
};

export const cp: Tool = {
  run(process) {
    const { operands } = getopt(process.argv.slice(1), 'fp');
    const [from, to] = fromAndTo(operands);
    return withEach(process, "can't copy", from, async (path) => void (await place(process, path, to)));
  },
};

export const mv: Tool = {
  run(process) {
    const { operands } = getopt(process.argv.slice(1), 'f');
    const [from, to] = fromAndTo(operands);
    return withEach(process, "can't rename", from, async (path) => {
      if ((await place(process, path, to)) !== path) process.system.files.remove(path);
    });
  },
};

export const tee: Tool = {
  async run(process) {
    const { flags, operands } = getopt(process.argv.slice(1), 'a');
    const { files } = process.system;
    const paths = operands.map((path) => pathIn(process, path));
    for (const path of paths) files.write(path, Buffer.alloc(0), { append: flags.has('a') });
    for (let bytes = await process.stdin.read(); bytes; bytes = await process.stdin.read()) {
      for (const path of paths) files.write(path, bytes, { append: true });
      await process.stdout.write(bytes);
    }
    return 0;
  },
};
