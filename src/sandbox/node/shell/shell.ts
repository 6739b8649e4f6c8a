import { setImmediate } from 'node:timers/promises';
import { BrokenPipe, BytePipe, noInput, readAll } from '../processes/byte-stream.ts';
import { ExecutableError, type Process, type Spawned } from '../processes/process.ts';
import { ArithmeticError } from './arithmetic.ts';
import { type Builtin, builtins } from './builtins.ts';
import { Expansion, ExpansionError } from './expansion.ts';
import { rereadable } from './line-source.ts';
import { matches } from './patterns.ts';
import { RedirectError, redirected, type Streams } from './redirects.ts';
import { type AndOr, type Command, type Pipeline, type Script, SyntaxProblem } from './syntax.ts';
import type { ShellVariables } from './variables.ts';

/** `exit`, from however deep. */
export class ShellExit extends Error {
  override readonly name = 'ShellExit';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** `break`, `continue` and `return` on their way up. */
export class Jump extends Error {
  override readonly name = 'Jump';
  readonly kind: 'break' | 'continue' | 'return';
  /** Loops to leave, or the status of a function. */
  readonly count: number;

  constructor(kind: 'break' | 'continue' | 'return', count: number) {
    super(kind);
    this.kind = kind;
    this.count = count;
  }
}

/** Ctrl-C ends the whole line that is running. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Commands between two turns of everybody else in this process. */
const commandsPerTurn = 16;
/** Functions that call themselves without end stop here. */
const deepestCall = 200;

/**
 * Runs scripts: what a command means, in which streams it runs, how its end decides what comes next. A shell belongs to
 * one process of a container; subshells are copies of it. It knows nothing of where scripts come from.
 */
export class Shell {
  readonly process: Process;
  readonly variables: ShellVariables;
  readonly functions: Map<string, Command>;
  cwd: string;
  exitsOnError = false;
  failsOnUnset = false;
  tracesCommands = false;
  readonly #depth: number;
  readonly #children = new Set<Spawned>();
  readonly #subshells = new Set<Shell>();
  readonly #background: Promise<unknown>[] = [];
  #isInterrupted = false;
  #isRunning = false;
  #commands = 0;

  constructor(process: Process, variables: ShellVariables, inherited?: Shell, depth = 0) {
    this.process = process;
    this.variables = variables;
    this.cwd = inherited?.cwd ?? process.cwd;
    this.functions = new Map(inherited?.functions ?? []);
    this.exitsOnError = inherited?.exitsOnError ?? false;
    this.failsOnUnset = inherited?.failsOnUnset ?? false;
    this.tracesCommands = inherited?.tracesCommands ?? false;
    this.#depth = depth;
  }

  /** Ctrl-C: whatever runs in the foreground. */
  interrupt(): void {
    this.#isInterrupted = true;
    for (const child of this.#children) child.kill(2);
    for (const subshell of this.#subshells) subshell.interrupt();
  }

  get isBusy(): boolean {
    return this.#isRunning;
  }

  /** The status of the last command. */
  async run(script: Script, streams: Streams, isTested = false): Promise<number> {
    for (const item of script) await this.#item(item, streams, isTested);
    return this.variables.lastStatus;
  }

  /** Runs a line to its end, whatever it throws: the status that a prompt, or the end of the shell, goes on with. */
  async runLine(script: Script, streams: Streams): Promise<number> {
    this.#isInterrupted = false;
    this.#isRunning = true;
    try {
      return await this.run(script, streams);
    } catch (error) {
      if (error instanceof Interrupted) this.variables.lastStatus = 130;
      else if (error instanceof ExpansionError || error instanceof ArithmeticError || error instanceof SyntaxProblem) {
        this.variables.lastStatus = 2;
        await this.complain(streams, error.message);
      } else if (!(error instanceof Jump)) throw error;
      return this.variables.lastStatus;
    } finally {
      this.#isRunning = false;
    }
  }

  async complain(streams: Streams, text: string): Promise<void> {
    await streams.stderr.write(`${this.variables.name}: ${text}\n`);
  }

  async waitForBackground(): Promise<void> {
    await Promise.allSettled(this.#background.splice(0));
  }

  expansion(streams: Streams): Expansion {
    return new Expansion({
      variables: this.variables,
      files: this.process.system.files,
      cwd: this.cwd,
      failsOnUnset: this.failsOnUnset,
      capture: (script) => this.#capture(script, streams),
    });
  }

  async #item({ pipelines, isBackground }: AndOr, streams: Streams, isTested: boolean): Promise<void> {
    if (isBackground) return this.#startInBackground(pipelines, streams);
    for (const [at, { joined, pipeline }] of pipelines.entries()) {
      if (joined === 'and' && this.variables.lastStatus !== 0) continue;
      if (joined === 'or' && this.variables.lastStatus === 0) continue;
      const isLast = at === pipelines.length - 1;
      const status = await this.#pipeline(pipeline, streams, isTested || !isLast || pipeline.isNegated);
      this.variables.lastStatus = pipeline.isNegated ? Number(status === 0) : status;
      const decides = isLast && !isTested && !pipeline.isNegated;
      if (this.exitsOnError && decides && this.variables.lastStatus !== 0)
        throw new ShellExit(this.variables.lastStatus);
    }
  }

  #startInBackground(pipelines: AndOr['pipelines'], streams: Streams): void {
    const silent: Streams = { ...streams, stdin: rereadable(noInput) };
    const copy = new Shell(this.process, this.variables.copy(), this, this.#depth);
    this.#background.push(statusOf(copy, () => copy.run([{ pipelines, isBackground: false }], silent)));
    this.variables.lastBackgroundPid = this.process.pid + this.#background.length;
    this.variables.lastStatus = 0;
  }

  async #pipeline({ commands }: Pipeline, streams: Streams, isTested: boolean): Promise<number> {
    const [only, ...others] = commands;
    if (only && others.length === 0) return this.#command(only, streams, isTested);
    let { stdin } = streams;
    const stages = commands.map((command, at) => {
      const pipe = at < commands.length - 1 ? new BytePipe() : undefined;
      const own: Streams = { ...streams, stdin, stdout: pipe ?? streams.stdout };
      if (pipe) stdin = pipe;
      return this.#inSubshell((copy) => copy.#command(command, own, isTested)).finally(() => {
        pipe?.end();
        // Whoever writes to a stage that is over learns it.
        if (at > 0) own.stdin.cancel();
      });
    });
    const statuses = await Promise.all(stages);
    return statuses.at(-1) ?? 0;
  }

  /** A copy of this shell, whose changes are lost with it. */
  async #inSubshell(work: (copy: Shell) => Promise<number>): Promise<number> {
    const copy = new Shell(this.process, this.variables.copy(), this, this.#depth);
    this.#subshells.add(copy);
    return statusOf(copy, () => work(copy)).finally(() => this.#subshells.delete(copy));
  }

  async #capture(script: Script, streams: Streams): Promise<string> {
    const pipe = new BytePipe();
    const [status, output] = await Promise.all([
      this.#inSubshell((copy) => copy.run(script, { ...streams, stdout: pipe })).finally(() => pipe.end()),
      readAll(pipe),
    ]);
    this.variables.lastStatus = status;
    return output.toString();
  }

  async #command(command: Command, streams: Streams, isTested: boolean): Promise<number> {
    await this.#turn();
    if (command.type === 'simple') return this.#simple(command, streams);
    if (command.type === 'function') {
      this.functions.set(command.name, command.body);
      return 0;
    }
    const place = { files: this.process.system.files, cwd: this.cwd };
    try {
      const own = await redirected(command.redirects, streams, this.expansion(streams), place);
      return await this.#compound(command, own, isTested);
    } catch (error) {
      if (!(error instanceof RedirectError)) throw error;
      await this.complain(streams, error.message);
      return 1;
    }
  }

  async #compound(
    command: Exclude<Command, { type: 'simple' | 'function' }>,
    streams: Streams,
    isTested: boolean,
  ): Promise<number> {
    switch (command.type) {
      case 'group':
        this.variables.lastStatus = 0;
        return this.run(command.body, streams, isTested);
      case 'subshell':
        return this.#inSubshell((copy) => copy.run(command.body, streams, isTested));
      case 'if': {
        for (const { condition, body } of command.branches) {
          if ((await this.run(condition, streams, true)) === 0) return this.run(body, streams, isTested);
        }
        this.variables.lastStatus = 0;
        return command.otherwise ? this.run(command.otherwise, streams, isTested) : 0;
      }
      case 'loop': {
        const goesOn = async () => ((await this.run(command.condition, streams, true)) === 0) !== command.isUntil;
        return this.#loop(goesOn, () => this.run(command.body, streams, isTested));
      }
      case 'for': {
        const values = command.words
          ? await this.expansion(streams).fields(command.words)
          : [...this.variables.positional];
        const goesOn = async () => {
          const value = values.shift();
          if (value !== undefined) this.variables.set(command.name, value);
          return value !== undefined;
        };
        return this.#loop(goesOn, () => this.run(command.body, streams, isTested));
      }
      case 'case': {
        const expansion = this.expansion(streams);
        const text = await expansion.text(command.word);
        for (const { patterns, body } of command.items) {
          for (const pattern of patterns) {
            if (!matches(await expansion.pattern(pattern), text)) continue;
            this.variables.lastStatus = 0;
            return this.run(body, streams, isTested);
          }
        }
        return 0;
      }
    }
  }

  async #loop(goesOn: () => Promise<boolean>, body: () => Promise<number>): Promise<number> {
    let status = 0;
    while (await goesOn()) {
      try {
        status = await body();
      } catch (error) {
        if (!(error instanceof Jump) || error.kind === 'return') throw error;
        if (error.count > 1) throw new Jump(error.kind, error.count - 1);
        status = 0;
        if (error.kind === 'break') break;
      }
      await this.#turn();
    }
    this.variables.lastStatus = status;
    return status;
  }

  async #simple(command: Extract<Command, { type: 'simple' }>, streams: Streams): Promise<number> {
    const expansion = this.expansion(streams);
    const place = { files: this.process.system.files, cwd: this.cwd };
    const [name, ...args] = await expansion.fields(command.words);
    const assigned: Record<string, string> = {};
    if (name === undefined) this.variables.lastStatus = 0;
    for (const { name: variable, value } of command.assignments) assigned[variable] = await expansion.text(value);
    let own: Streams;
    try {
      own = await redirected(command.redirects, streams, expansion, place);
    } catch (error) {
      if (!(error instanceof RedirectError)) throw error;
      await this.complain(streams, error.message);
      return 1;
    }
    if (name === undefined) {
      for (const [variable, value] of Object.entries(assigned)) this.variables.set(variable, value);
      // The status of `x=$(false)` is that of the command inside.
      return this.variables.lastStatus;
    }
    if (this.tracesCommands) await streams.stderr.write(`+ ${[name, ...args].join(' ')}\n`);
    return this.invoke(name, args, own, assigned);
  }

  /** A function, a builtin or a program, in this order. */
  async invoke(
    name: string,
    args: readonly string[],
    streams: Streams,
    assigned: Readonly<Record<string, string>> = {},
  ): Promise<number> {
    const body = this.functions.get(name);
    if (body) return this.#call(body, args, streams);
    const builtin: Builtin | undefined = builtins[name];
    if (builtin) {
      for (const [variable, value] of Object.entries(assigned)) this.variables.set(variable, value);
      return builtin(this, [name, ...args], streams);
    }
    return this.#spawn([name, ...args], streams, assigned);
  }

  async #call(body: Command, args: readonly string[], streams: Streams): Promise<number> {
    if (this.#depth >= deepestCall) throw new ExpansionError('functions call each other too deeply');
    const callers = this.variables.positional;
    this.variables.positional = args;
    const inner = new Shell(this.process, this.variables, this, this.#depth + 1);
    try {
      return await inner.#command(body, streams, false);
    } catch (error) {
      if (error instanceof Jump && error.kind === 'return') return error.count;
      throw error;
    } finally {
      this.variables.positional = callers;
      this.cwd = inner.cwd;
      for (const [name, command] of inner.functions) this.functions.set(name, command);
    }
  }

  async #spawn(argv: readonly string[], streams: Streams, assigned: Readonly<Record<string, string>>): Promise<number> {
    const env = { ...this.variables.environment(), ...assigned };
    const { terminal, signal, system } = this.process;
    try {
      const child = system.spawn({ argv, env, cwd: this.cwd, ...streams, terminal, parent: signal });
      this.#children.add(child);
      const status = await child.ended.finally(() => this.#children.delete(child));
      if (this.#isInterrupted) throw new Interrupted();
      return status;
    } catch (error) {
      if (!(error instanceof ExecutableError)) throw error;
      await this.complain(streams, `${argv[0]}: ${whyNot(error)}`);
      return error.problem === 'not-found' ? 127 : 126;
    }
  }

  /** Between commands: is somebody waiting for this process, or for an end of it? */
  async #turn(): Promise<void> {
    this.#commands += 1;
    if (this.#commands % commandsPerTurn === 0) await setImmediate();
    if (this.process.signal.aborted) throw new ShellExit(137);
    if (this.#isInterrupted) throw new Interrupted();
  }
}

/** A subshell's end is a status: `exit` in it leaves only itself. */
async function statusOf(shell: Shell, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ShellExit) return error.exitCode;
    if (error instanceof BrokenPipe) return 141;
    if (error instanceof Jump) return shell.variables.lastStatus;
    throw error;
  }
}

function whyNot({ problem }: ExecutableError): string {
  switch (problem) {
    case 'not-found':
      return 'not found';
    case 'not-executable':
      return 'Permission denied';
    case 'not-here':
      return 'this sandbox runs it as the main program of a container only';
    case 'too-many':
      return "can't fork: Resource temporarily unavailable";
  }
}
