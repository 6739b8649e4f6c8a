import { absolutePath } from '../processes/container-files.ts';
import { FileError } from '../processes/file-tree.ts';
import type { Process, Tool } from '../processes/process.ts';
import { Interrupted, ShellExit } from './endings.ts';
import { readLine, rereadable } from './line-source.ts';
import { parseScript } from './parser.ts';
import type { Streams } from './redirects.ts';
import { Shell } from './shell.ts';
import { type Script, SyntaxProblem } from './syntax.ts';
import { ShellVariables } from './variables.ts';

/** A file of commands, given by -c, as a file or by standard input. */
interface Invocation {
  text: string | undefined;
  file: string | undefined;
  name: string;
  positional: string[];
  letters: string;
}

function invocationOf(argv: readonly string[]): Invocation {
  const args = argv.slice(1);
  let letters = '';
  let text: string | undefined;
  while (/^[-+]\w/.test(args[0] ?? '')) {
    const word = args.shift() ?? '';
    letters += word.slice(1);
    if (word.includes('c')) text = args.shift() ?? '';
  }
  if (args[0] === '--' || args[0] === '-') args.shift();
  const own = argv[0] ?? 'sh';
  if (text !== undefined) return { text, file: undefined, name: args[0] ?? own, positional: args.slice(1), letters };
  return { text, file: args[0], name: args[0] ?? own, positional: args.slice(1), letters };
}

/** `/ # ` for root, `~ $ ` for others. */
function promptOf(shell: Shell): string {
  const home = shell.variables.get('HOME') ?? '';
  const { cwd } = shell;
  const shown = home.length > 1 && (cwd === home || cwd.startsWith(`${home}/`)) ? `~${cwd.slice(home.length)}` : cwd;
  return `${shown} ${shell.process.system.user.id === 0 ? '#' : '$'} `;
}

/** Reads one whole command, which may take several lines. Undefined at the end of the input. Throws Interrupted at Ctrl-C. */
async function nextScript(shell: Shell, { stdin }: Streams): Promise<Script | undefined> {
  const { terminal } = shell.process;
  let text = '';
  for (;;) {
    await terminal?.prompt(text === '' ? promptOf(shell) : '> ');
    const line = await readLine(stdin, shell.group.interruption);
    if (line === undefined) return text === '' ? undefined : parseScript(text);
    terminal?.remember(line.replace(/\n$/, ''));
    text += line;
    try {
      return parseScript(text);
    } catch (error) {
      if (!(error instanceof SyntaxProblem && error.isIncomplete)) throw error;
    }
  }
}

async function converse(shell: Shell, streams: Streams): Promise<number> {
  for (;;) {
    shell.group.renew();
    let script: Script | undefined;
    try {
      script = await nextScript(shell, streams);
    } catch (error) {
      // Ctrl-C forgets what is typed, lines before this one included.
      if (!(error instanceof SyntaxProblem || error instanceof Interrupted)) throw error;
      shell.variables.lastStatus = error instanceof Interrupted ? 130 : 2;
      if (error instanceof SyntaxProblem) await shell.complain(streams, error.message);
      if (!shell.process.terminal) return 2;
      continue;
    }
    if (script === undefined) return shell.variables.lastStatus;
    await shell.runLine(script, streams);
  }
}

async function runText(shell: Shell, text: string, streams: Streams): Promise<number> {
  let script: Script;
  try {
    script = parseScript(text);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    await shell.complain(streams, error.message);
    return 2;
  }
  return shell.runLine(script, streams);
}

async function run(process: Process): Promise<number> {
  const { text, file, name, positional, letters } = invocationOf(process.argv);
  const env = {
    HOME: process.system.user.home,
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ...process.env,
    PWD: process.cwd,
  };
  const shell = new Shell(process, ShellVariables.from(env, name, positional, process.pid));
  shell.exitsOnError = letters.includes('e');
  shell.failsOnUnset = letters.includes('u');
  shell.tracesCommands = letters.includes('x');
  const { stdout, stderr } = process;
  const streams: Streams = { stdin: rereadable(process.stdin), stdout, stderr };
  const release = process.terminal?.onInterrupt(() => shell.group.interrupt());
  try {
    if (text !== undefined) return await runText(shell, text, streams);
    if (file === undefined) return await converse(shell, streams);
    const script = process.system.files.read(absolutePath(process.cwd, file)).toString();
    return await runText(shell, script, streams);
  } catch (error) {
    if (error instanceof ShellExit) return error.exitCode;
    if (!(error instanceof FileError)) throw error;
    await shell.complain(streams, `can't open '${file}': ${error.message}`);
    return 2;
  } finally {
    release?.();
  }
}

export const sh: Tool = { run };
