import { absolutePath } from '../processes/container-files.ts';
import { FileError } from '../processes/file-tree.ts';
import { toolNamed } from '../tools/tool-registry.ts';
import { readLine } from './line-source.ts';
import { parseScript } from './parser.ts';
import type { Streams } from './redirects.ts';
import { Jump, type Shell, ShellExit } from './shell.ts';
import { notKnown } from './syntax.ts';

/** What the shell does itself, because it changes the shell, or because that is quicker than a process. */
export type Builtin = (shell: Shell, argv: readonly string[], streams: Streams) => Promise<number>;

/** A small tool in the shell's own process, as busybox has them. */
const tool =
  (name: string): Builtin =>
  (shell, argv, streams) =>
    toolNamed(name).run({ ...shell.process, ...streams, argv, env: shell.variables.environment(), cwd: shell.cwd });

const number = (text: string | undefined, otherwise: number) => (/^\d+$/.test(text ?? '') ? Number(text) : otherwise);

const cd: Builtin = async (shell, argv, streams) => {
  const target = argv[1] ?? shell.variables.get('HOME') ?? '/';
  const path = target === '-' ? (shell.variables.get('OLDPWD') ?? shell.cwd) : absolutePath(shell.cwd, target);
  const stats = shell.process.system.files.stat(path);
  if (stats?.kind !== 'folder') {
    await shell.complain(
      streams,
      `cd: can't cd to ${target}: ${stats ? 'Not a directory' : 'No such file or directory'}`,
    );
    return 2;
  }
  if (target === '-') await streams.stdout.write(`${path}\n`);
  shell.variables.set('OLDPWD', shell.cwd);
  shell.variables.set('PWD', path);
  shell.cwd = path;
  return 0;
};

const exportVariables: Builtin = async (shell, argv, streams) => {
  const words = argv.slice(1).filter((word) => word !== '-p');
  if (words.length === 0) {
    const lines = Object.entries(shell.variables.environment()).map(([name, value]) => `export ${name}='${value}'\n`);
    await streams.stdout.write(lines.join(''));
  }
  for (const word of words) {
    const [, name = '', value] = /^([A-Za-z_]\w*)(?:=([\s\S]*))?$/.exec(word) ?? [];
    if (name === '') {
      await shell.complain(streams, `export: ${word}: bad variable name`);
      return 2;
    }
    if (value !== undefined) shell.variables.set(name, value);
    shell.variables.export(name);
  }
  return 0;
};

const settable = { e: 'exitsOnError', u: 'failsOnUnset', x: 'tracesCommands' } as const;

const set: Builtin = async (shell, argv, streams) => {
  const args = argv.slice(1);
  if (args.length === 0) {
    const lines = shell.variables.names().map((name) => `${name}='${shell.variables.get(name)}'\n`);
    await streams.stdout.write(lines.join(''));
    return 0;
  }
  while (/^[-+]./.test(args[0] ?? '')) {
    const word = args.shift() ?? '';
    if (word === '--') break;
    if (word === '-o' || word === '+o') throw notKnown(`set ${word} ${args[0] ?? ''}`);
    for (const letter of word.slice(1)) {
      const option = (settable as Record<string, (typeof settable)['e' | 'u' | 'x']>)[letter];
      if (!option) throw notKnown(`set ${word}`);
      shell[option] = word.startsWith('-');
    }
  }
  if (args.length > 0 || argv.includes('--')) shell.variables.positional = args;
  return 0;
};

/** Reads a line, byte by byte as far as its newline, and gives its fields to the names. */
const read: Builtin = async (shell, argv, streams) => {
  const args = argv.slice(1);
  while (/^-[rs]+$/.test(args[0] ?? '')) args.shift();
  if (args[0] === '-p') await streams.stderr.write(args.splice(0, 2)[1] ?? '');
  if (args[0]?.startsWith('-')) throw notKnown(`read ${args[0]}`);
  const names = args.length > 0 ? args : ['REPLY'];
  const line = await readLine(streams.stdin);
  let rest = (line ?? '').replace(/\n$/, '').trim();
  for (const [at, name] of names.entries()) {
    const isLast = at === names.length - 1;
    const [field = ''] = isLast ? [rest] : rest.split(/[ \t]+/, 1);
    shell.variables.set(name, field);
    rest = rest.slice(field.length).trimStart();
  }
  return line?.endsWith('\n') ? 0 : 1;
};

const type: Builtin = async (shell, argv, streams) => {
  let status = 0;
  for (const name of argv.slice(1)) {
    const path = shell.process.system.which(name, shell.variables.environment());
    if (shell.functions.has(name)) await streams.stdout.write(`${name} is a function\n`);
    else if (name in builtins) await streams.stdout.write(`${name} is a shell builtin\n`);
    else if (path) await streams.stdout.write(`${name} is ${path}\n`);
    else {
      await streams.stdout.write(`${name}: not found\n`);
      status = 127;
    }
  }
  return status;
};

const command: Builtin = async (shell, argv, streams) => {
  const [, first = '', ...rest] = argv;
  if (first !== '-v' && first !== '-V') return first === '' ? 0 : shell.invoke(first, rest, streams);
  const name = rest[0] ?? '';
  const found =
    name in builtins || shell.functions.has(name)
      ? name
      : shell.process.system.which(name, shell.variables.environment());
  if (found !== undefined) await streams.stdout.write(`${found}\n`);
  return found === undefined ? 127 : 0;
};

const source: Builtin = async (shell, argv, streams) => {
  const path = argv[1] ?? '';
  try {
    const text = shell.process.system.files.read(absolutePath(shell.cwd, path)).toString();
    return await shell.run(parseScript(text), streams);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    await shell.complain(streams, `.: can't open '${path}': ${error.message}`);
    return 2;
  }
};

const refused =
  (what: string): Builtin =>
  async () => {
    throw notKnown(what);
  };

export const builtins: Readonly<Record<string, Builtin>> = {
  ':': async () => 0,
  '.': source,
  source,
  '[': tool('['),
  alias: refused('alias'),
  bg: refused('job control'),
  break: async (_shell, argv) => {
    throw new Jump('break', number(argv[1], 1));
  },
  cd,
  command,
  continue: async (_shell, argv) => {
    throw new Jump('continue', number(argv[1], 1));
  },
  echo: tool('echo'),
  eval: async (shell, argv, streams) => shell.run(parseScript(argv.slice(1).join(' ')), streams),
  exec: async (shell, argv, streams) => {
    if (argv.length === 1) return 0;
    throw new ShellExit(await shell.invoke(argv[1] ?? '', argv.slice(2), streams));
  },
  exit: async (shell, argv) => {
    throw new ShellExit(number(argv[1], shell.variables.lastStatus) & 255);
  },
  export: exportVariables,
  false: async () => 1,
  fg: refused('job control'),
  getopts: refused('getopts'),
  jobs: async () => 0,
  kill: tool('kill'),
  local: async (shell, argv) => {
    // Variables of a function are the shell's here; what they shadow is not brought back.
    for (const word of argv.slice(1)) {
      const [name = '', ...value] = word.split('=');
      shell.variables.set(name, value.join('='));
    }
    return 0;
  },
  printf: tool('printf'),
  pwd: tool('pwd'),
  read,
  return: async (shell, argv) => {
    throw new Jump('return', number(argv[1], shell.variables.lastStatus));
  },
  set,
  shift: async (shell, argv) => {
    const count = number(argv[1], 1);
    if (count > shell.variables.positional.length) return 1;
    shell.variables.positional = shell.variables.positional.slice(count);
    return 0;
  },
  test: tool('test'),
  trap: refused('trap'),
  true: async () => 0,
  type,
  ulimit: refused('ulimit'),
  umask: refused('umask'),
  unset: async (shell, argv) => {
    for (const name of argv.slice(1).filter((word) => !word.startsWith('-'))) {
      shell.variables.unset(name);
      shell.functions.delete(name);
    }
    return 0;
  },
  wait: async (shell) => {
    await shell.waitForBackground();
    return 0;
  },
};
