import { existsSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Clock, systemClock } from './clock.ts';
import { ensurePrivateFolder, readIfThere, writeAtomically } from './files.ts';
import { type RunningProcess, startProcess } from './process.ts';
import { ProcessGroups } from './process-groups.ts';
import type { RunEnd } from './run-end.ts';
import {
  bashPrelude,
  endOfScript,
  runAllAndKeep,
  runAndKeep,
  runAndKeepInSh,
  runBeside,
  runOnTerminal,
  shPrelude,
} from './shell-prelude.ts';

/**
 * The learner's shell: one process per command, with the variables, functions and folder of the one before.
 * Knows no world and no lesson; the environment and the folder it starts in are given.
 */
export interface ShellOptions {
  /** Private; holds what is kept between commands. */
  folder: string;
  /** Asked anew for every command; nothing of ours is added. */
  environment: () => Readonly<Record<string, string>>;
  workingFolder: string;
  clock?: Clock;
  /** Path of bash or a POSIX sh; found on the environment's PATH unless given. */
  shell?: string;
}

interface Request {
  script: string;
  timeoutMs: number;
  /** The exit code is that of the first line that failed, though all lines run; in bash only. */
  firstFailure?: boolean;
}

/** A program that gets the terminal for itself. */
export interface TerminalProgram {
  file: string;
  args: readonly string[];
  environment: Readonly<Record<string, string>>;
  folder: string;
  greeting: string;
}

export class LearnerShell {
  readonly #options: ShellOptions;
  readonly #groups: ProcessGroups;
  readonly #prelude: string;
  readonly #kept: string;
  readonly shell: string;
  readonly isBash: boolean;
  /** Set by the screen, which has a terminal to lend. */
  lendTerminal: ((program: TerminalProgram) => Promise<RunEnd>) | undefined;

  /** Call while holding the state folder's lock: what an earlier program left running is ended here. */
  constructor(options: ShellOptions) {
    this.#options = options;
    this.shell = options.shell ?? findShell(options.environment()['PATH'] ?? '');
    this.isBash = /\bbash(\.exe)?$/.test(this.shell);
    ensurePrivateFolder(options.folder);
    const kind = this.isBash ? 'bash' : 'sh';
    this.#prelude = join(options.folder, `prelude.${kind}`);
    this.#kept = join(options.folder, `kept.${kind}`);
    writeAtomically(this.#prelude, this.isBash ? bashPrelude : shPrelude);
    this.#groups = new ProcessGroups(join(options.folder, 'processes'));
    this.#groups.sweep();
  }

  run(request: Request, onText: (text: string) => void): RunningProcess {
    const inBash = request.firstFailure ? runAllAndKeep : runAndKeep;
    return this.#start(request, this.isBash ? inBash : runAndKeepInSh, onText);
  }

  runBeside(request: Request, onText: (text: string) => void): RunningProcess {
    return this.#start(request, runBeside, onText);
  }

  async runInteractive({ script }: Request): Promise<RunEnd> {
    if (!this.lendTerminal) return { type: 'not-started', reason: 'This command needs a terminal, and there is none.' };
    const args = ['-c', runOnTerminal, this.shell, this.#prelude, this.#kept, script];
    return await this.lendTerminal({ ...this.#program(args), greeting: '' });
  }

  /** The shell itself, for the learner to type in; what is set there is there for the next command. */
  interactive(greeting: string): TerminalProgram {
    const rc = join(this.#options.folder, this.isBash ? 'rc.bash' : 'rc.sh');
    const prompt = this.isBash ? "PS1='\\w \\$ '" : "PS1='$ '; unset ENV";
    const lines = [`__mw_kept=${quote(this.#kept)}`, `. ${quote(this.#prelude)}`, "trap '__mw_keep $?' EXIT", prompt];
    writeAtomically(rc, `${lines.join('\n')}\n`);
    const program = this.#program(this.isBash ? ['--noprofile', '--rcfile', rc, '-i'] : ['-i']);
    const environment = this.isBash ? program.environment : { ...program.environment, ENV: rc };
    return { ...program, environment, greeting };
  }

  /** Variables, functions and folder are as at the very beginning. */
  forget(): void {
    rmSync(this.#kept, { force: true });
  }

  /** Variables, functions and folder, as a text that only the shell reads. */
  kept(): string {
    return readIfThere(this.#kept) ?? '';
  }

  /** Puts back what `kept` answered at another time. */
  keep(kept: string): void {
    if (kept === '') this.forget();
    else writeAtomically(this.#kept, kept);
  }

  /** Ends every process that was started here. */
  async close(): Promise<void> {
    await this.#groups.close();
  }

  #start(request: Request, command: string, onText: (text: string) => void): RunningProcess {
    const { environment, workingFolder, clock = systemClock } = this.#options;
    return startProcess(
      {
        file: this.shell,
        args: ['-c', command, this.isBash ? 'bash' : 'sh', this.#prelude, this.#kept],
        cwd: workingFolder,
        environment: environment(),
        input: `${request.script}\n${endOfScript}\n`,
        timeoutMs: request.timeoutMs,
        onText,
      },
      this.#groups,
      clock,
    );
  }

  #program(args: readonly string[]): Omit<TerminalProgram, 'greeting'> {
    const { environment, workingFolder } = this.#options;
    return { file: this.shell, args, environment: environment(), folder: workingFolder };
  }
}

/** What a learner's shell keeps in this folder, for those who only read. */
export const keptVariables = (folder: string): string =>
  readIfThere(join(folder, 'kept.bash')) ?? readIfThere(join(folder, 'kept.sh')) ?? '';

/** Lessons are written for bash; sh does for most of them. */
function findShell(path: string): string {
  const folders = [...path.split(delimiter).filter(Boolean), '/bin', '/usr/bin'];
  for (const name of process.platform === 'win32' ? ['bash.exe', 'sh.exe'] : ['bash', 'sh']) {
    for (const folder of folders) if (existsSync(join(folder, name))) return join(folder, name);
  }
  return '/bin/sh';
}

const quote = (path: string): string => `'${path.replaceAll("'", "'\\''")}'`;
