import { absolutePath } from '../processes/container-files.ts';
import { FileError } from '../processes/file-tree.ts';
import { screenBehind } from '../processes/process.ts';
import { toolNamed } from '../tools/tool-registry.ts';
import { Jump, ShellExit } from './endings.ts';
import { readFields } from './fields.ts';
import { longestLine, readLine, unlessAborted } from './line-source.ts';
import { parseScript } from './parser.ts';
import type { Streams } from './redirects.ts';
import type { Shell } from './shell.ts';
import { notKnown, ScriptError } from './syntax.ts';

/** What the shell does itself, because it changes the shell, or because that is quicker than a process. */
export type Builtin = (shell: Shell, argv: readonly string[], streams: Streams, isTested: boolean) => Promise<number>;

/** A small tool in the shell's own process, as busybox has them. */
const tool =
  (name: string): Builtin =>
  (shell, argv, streams) => {
    const { process, variables, cwd } = shell;
    const screen = screenBehind(streams.stdout, process);
    return toolNamed(name).run({ ...process, ...streams, argv, env: variables.environment(), cwd, screen });
  };

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
  let isRaw = false;
  while (args[0] === '-r') isRaw = args.shift() === '-r';
  if (args[0] === '-p') await streams.stderr.write(args.splice(0, 2)[1] ?? '');
  if (args[0]?.startsWith('-')) throw notKnown(`read ${args[0]}`);
  const names = args.length > 0 ? args : ['REPLY'];
  const wrong = names.find((name) => !/^[A-Za-z_]\w*$/.test(name));
  if (wrong !== undefined) throw new ScriptError(`read: ${wrong}: bad variable name`);
  let text = '';
  let line: string | undefined;
  for (let isContinued = true; isContinued; ) {
    line = await readLine(streams.stdin, shell.group.interruption);
    isContinued = !isRaw && /(?:^|[^\\])(?:\\\\)*\\\n$/.test(line ?? '');
    text += (isContinued ? line?.slice(0, -2) : line) ?? '';
    if (text.length > longestLine) throw new ScriptError('read: a line is longer than this sandbox reads');
  }
  const fields = readFields(text.replace(/\n$/, ''), names.length, isRaw, shell.variables.get('IFS'));
  for (const [at, name] of names.entries()) shell.variables.set(name, fields[at] ?? '');
  return line?.endsWith('\n') ? 0 : 1;
};

const type: Builtin = async (shell, argv, streams) => {
  let status = 0;
  for (const name of argv.slice(1)) {
    const path = shell.process.system.which(name, shell.variables.environment());
    if (shell.functions.has(name)) await streams.stdout.write(`${name} is a function\n`);
    else if (builtins.has(name)) await streams.stdout.write(`${name} is a shell builtin\n`);
    else if (path) await streams.stdout.write(`${name} is ${path}\n`);
    else {
      await streams.stdout.write(`${name}: not found\n`);
      status = 127;
    }
  }
  return status;
};

const command: Builtin = async (shell, argv, streams, isTested) => {
  const [, first = '', ...rest] = argv;
  if (first === '-p') throw notKnown('command -p');
  if (first !== '-v' && first !== '-V')
    return first === '' ? 0 : shell.invoke([first, ...rest], streams, { isTested, isProgram: true });
  const name = rest[0] ?? '';
  const found =
    builtins.has(name) || shell.functions.has(name)
      ? name
      : shell.process.system.which(name, shell.variables.environment());
  if (found !== undefined) await streams.stdout.write(`${found}\n`);
  return found === undefined ? 127 : 0;
};

const source: Builtin = async (shell, argv, streams, isTested) => {
  const path = argv[1] ?? '';
  try {
    const text = shell.process.system.files.read(absolutePath(shell.cwd, path)).toString();
    return await shell.workload.within(text, () => shell.run(parseScript(text), streams, isTested));
  } catch (error) {
    if (error instanceof Jump && error.kind === 'return') return error.count;
    if (!(error instanceof FileError)) throw error;
    await shell.complain(streams, `.: can't open '${path}': ${error.message}`);
    return 2;
  }
};

/** POSIX: outside of loops neither does anything. */
const jump =
  (kind: 'break' | 'continue'): Builtin =>
  async (shell, argv) => {
    if (!shell.isInLoop) return 0;
    throw new Jump(kind, number(argv[1], 1));
  };

const local: Builtin = async (shell, argv) => {
  if (!shell.isInFunction) throw new ScriptError('local: not in a function');
  for (const word of argv.slice(1)) {
    const [, name = '', value] = /^([A-Za-z_]\w*)(?:=([\s\S]*))?$/.exec(word) ?? [];
    if (name === '') throw new ScriptError(`local: ${word}: bad variable name`);
    shell.variables.shadow(name);
    if (value === undefined) shell.variables.unset(name);
    else shell.variables.set(name, value);
  }
  return 0;
};

/** The status of the last of the processes named, or 0 when all are waited for. */
const wait: Builtin = async (shell, argv, streams) => {
  const { interruption } = shell.group;
  if (argv.length === 1) {
    await unlessAborted(shell.jobs.allEnded(), interruption);
    return 0;
  }
  let status = 0;
  for (const text of argv.slice(1)) {
    if (!/^\d+$/.test(text)) throw notKnown(`wait ${text}`);
    const ended = shell.jobs.ended(Number(text));
    if (!ended) await shell.complain(streams, `wait: pid ${text} is not a child of this shell`);
    status = ended ? await unlessAborted(ended, interruption) : 127;
  }
  return status;
};

const evaluate: Builtin = async (shell, argv, streams, isTested) => {
  const text = argv.slice(1).join(' ');
  return shell.workload.within(text, () => shell.run(parseScript(text), streams, isTested));
};

const refused =
  (what: string): Builtin =>
  async () => {
    throw notKnown(what);
  };

const all: Readonly<Record<string, Builtin>> = {
  ':': async () => 0,
  '.': source,
  source,
  '[': tool('['),
  alias: refused('alias'),
  bg: refused('job control'),
  break: jump('break'),
  cd,
  command,
  continue: jump('continue'),
  echo: tool('echo'),
  eval: evaluate,
  exec: async (shell, argv, streams) => {
    // The shell itself has made the redirections of an `exec` without a command.
    if (argv.length === 1) return 0;
    throw new ShellExit(await shell.invoke(argv.slice(1), streams, { isProgram: true }));
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
  local,
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
  wait,
};

export const builtins: ReadonlyMap<string, Builtin> = new Map(Object.entries(all));

/** POSIX 2.14, as far as they are here. */
export const specialBuiltins: ReadonlySet<string> = new Set([
  ':',
  '.',
  'break',
  'continue',
  'eval',
  'exec',
  'exit',
  'export',
  'return',
  'set',
  'shift',
  'trap',
  'unset',
]);
