import { BrokenPipe, BytePipe, noInput, readAll, TooMuchHeld } from '../processes/byte-stream.ts';
import { ExecutableError, type Process, screenBehind } from '../processes/process.ts';
import { builtins, specialBuiltins } from './builtins.ts';
import { Interrupted, Jump, ShellExit } from './endings.ts';
import { Expansion, ExpansionError } from './expansion.ts';
import { Jobs } from './jobs.ts';
import { rereadable } from './line-source.ts';
import { matches } from './patterns.ts';
import { ProcessGroup } from './process-group.ts';
import { RedirectError, redirected, type Streams } from './redirects.ts';
import { type AndOr, type Command, type Pipeline, type Script, ScriptError } from './syntax.ts';
import type { ShellVariables } from './variables.ts';
import { cannotFork, Workload } from './workload.ts';

/** Functions that call themselves without end stop here. */
const deepestCall = 200;
const mostFunctions = 1000;

/** How a command is run. */
export interface Invocation {
  /** `NAME=value` before it. */
  assigned?: ReadonlyMap<string, string>;
  /** Its status decides something, so that `set -e` doesn't mind it. */
  isTested?: boolean;
  /** Functions are passed over, as `command` does. */
  isProgram?: boolean;
}

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
  readonly jobs = new Jobs();
  /** What Ctrl-C reaches: shared with the copies in the foreground. */
  readonly group: ProcessGroup;
  readonly workload: Workload;
  #callDepth: number;
  #loopDepth: number;

  constructor(process: Process, variables: ShellVariables, inherited?: Shell, group?: ProcessGroup) {
    this.process = process;
    this.variables = variables;
    this.cwd = inherited?.cwd ?? process.cwd;
    this.functions = new Map(inherited?.functions ?? []);
    this.exitsOnError = inherited?.exitsOnError ?? false;
    this.failsOnUnset = inherited?.failsOnUnset ?? false;
    this.tracesCommands = inherited?.tracesCommands ?? false;
    this.group = group ?? new ProcessGroup();
    this.workload = inherited ? inherited.workload : new Workload();
    this.#callDepth = inherited ? inherited.#callDepth : 0;
    this.#loopDepth = inherited ? inherited.#loopDepth : 0;
  }

  get isInFunction(): boolean {
    return this.#callDepth > 0;
  }

  get isInLoop(): boolean {
    return this.#loopDepth > 0;
  }

  /** The status of the last command. */
  async run(script: Script, streams: Streams, isTested = false): Promise<number> {
    for (const item of script) await this.#item(item, streams, isTested);
    return this.variables.lastStatus;
  }

  /** Runs a line to its end: the status that a prompt goes on with. Without a terminal a mistake in it is the shell's end. */
  async runLine(script: Script, streams: Streams): Promise<number> {
    try {
      return await this.run(script, streams);
    } catch (error) {
      if (error instanceof Interrupted) this.variables.lastStatus = 130;
      else if (error instanceof ScriptError) {
        this.variables.lastStatus = 2;
        await this.complain(streams, error.message);
        if (!this.process.terminal) throw new ShellExit(2);
      } else if (!(error instanceof Jump)) throw error;
      else if (error.kind === 'return') this.variables.lastStatus = error.count;
      return this.variables.lastStatus;
    }
  }

  async complain(streams: Streams, text: string): Promise<void> {
    await streams.stderr.write(`${this.variables.name}: ${text}\n`);
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

  /** A process of its own, with a number that `kill` and `wait` know. It ends with its shell. */
  #startInBackground(pipelines: AndOr['pipelines'], { stdout, stderr }: Streams): void {
    const { process, cwd } = this;
    const start = { ...process, cwd, stdin: noInput, stdout, stderr, parent: process.signal };
    this.workload.fork(1);
    try {
      const job = process.system.fork(start, (forked) => {
        const copy = new Shell(forked, this.variables.copy(), this);
        const streams = { stdin: rereadable(noInput), stdout: forked.stdout, stderr: forked.stderr };
        return statusOf(copy, streams, () => copy.run([{ pipelines, isBackground: false }], streams));
      });
      void job.ended.then(() => this.workload.release());
      this.jobs.add(job);
      this.variables.lastBackgroundPid = job.pid;
      this.variables.lastStatus = 0;
    } catch (error) {
      this.workload.release();
      throw error instanceof ExecutableError ? cannotFork() : error;
    }
  }

  async #pipeline({ commands }: Pipeline, streams: Streams, isTested: boolean): Promise<number> {
    const [only, ...others] = commands;
    if (only && others.length === 0) return this.#command(only, streams, isTested);
    this.workload.fork(commands.length);
    let { stdin } = streams;
    const stages = commands.map((command, at) => {
      const pipe = at < commands.length - 1 ? new BytePipe() : undefined;
      const own: Streams = { ...streams, stdin, stdout: pipe ?? streams.stdout };
      if (pipe) stdin = pipe;
      // A copy, as `exec` changes descriptors for good.
      return this.#runCopy(own, (copy) => copy.#command(command, { ...own }, isTested)).finally(() => {
        pipe?.end();
        // Whoever writes to a stage that is over learns it.
        if (at > 0) own.stdin.cancel();
      });
    });
    const statuses = await Promise.all(stages);
    this.group.interruption.throwIfAborted();
    return statuses.at(-1) ?? 0;
  }

  /** In a copy of this shell, whose changes are lost with it: those of its descriptors as well. */
  async #inSubshell(streams: Streams, work: (copy: Shell, own: Streams) => Promise<number>): Promise<number> {
    this.workload.fork(1);
    const own = { ...streams };
    const status = await this.#runCopy(own, (copy) => work(copy, own));
    this.group.interruption.throwIfAborted();
    return status;
  }

  #runCopy(streams: Streams, work: (copy: Shell) => Promise<number>): Promise<number> {
    const copy = new Shell(this.process, this.variables.copy(), this, this.group);
    return statusOf(copy, streams, () => work(copy)).finally(() => this.workload.release());
  }

  async #capture(script: Script, streams: Streams): Promise<string> {
    const pipe = new BytePipe();
    // Whoever prints more than is held must not wait for a reader that is gone.
    const held = readAll(pipe).finally(() => pipe.cancel());
    const ended = this.#inSubshell({ ...streams, stdout: pipe }, (copy, own) => copy.run(script, own));
    try {
      const [status, output] = await Promise.all([ended.finally(() => pipe.end()), held]);
      this.variables.lastStatus = status;
      return output.toString();
    } catch (error) {
      throw error instanceof TooMuchHeld ? new ExpansionError(error.message) : error;
    }
  }

  async #command(command: Command, streams: Streams, isTested: boolean): Promise<number> {
    await this.#turn();
    if (command.type === 'simple') return this.#simple(command, streams, isTested);
    if (command.type === 'function') {
      if (this.functions.size >= mostFunctions) throw new ScriptError('more functions than this sandbox keeps');
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
        return this.#inSubshell(streams, (copy, own) => copy.run(command.body, own, isTested));
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
    this.#loopDepth += 1;
    try {
      while (await goesOn()) {
        try {
          status = await body();
        } catch (error) {
          if (!(error instanceof Jump) || error.kind === 'return') throw error;
          if (error.count > 1 && this.#loopDepth > 1) throw new Jump(error.kind, error.count - 1);
          status = 0;
          if (error.kind === 'break') break;
        }
        await this.#turn();
      }
    } finally {
      this.#loopDepth -= 1;
    }
    this.variables.lastStatus = status;
    return status;
  }

  async #simple(command: Extract<Command, { type: 'simple' }>, streams: Streams, isTested: boolean): Promise<number> {
    const expansion = this.expansion(streams);
    const place = { files: this.process.system.files, cwd: this.cwd };
    const [name, ...args] = await expansion.fields(command.words);
    const assigned = new Map<string, string>();
    if (name === undefined) this.variables.lastStatus = 0;
    for (const { name: variable, value } of command.assignments) assigned.set(variable, await expansion.text(value));
    let own: Streams;
    try {
      own = await redirected(command.redirects, streams, expansion, place);
    } catch (error) {
      if (!(error instanceof RedirectError)) throw error;
      await this.complain(streams, error.message);
      return 1;
    }
    if (name === undefined) {
      for (const [variable, value] of assigned) this.variables.set(variable, value);
      // The status of `x=$(false)` is that of the command inside.
      return this.variables.lastStatus;
    }
    if (this.tracesCommands) await streams.stderr.write(`+ ${[name, ...args].join(' ')}\n`);
    // `exec` without a command: what is redirected stays so for everything that shares these descriptors.
    if (name === 'exec' && args.length === 0) Object.assign(streams, own);
    return this.invoke([name, ...args], own, { assigned, isTested });
  }

  /** A function, a builtin or a program, in this order. */
  async invoke(argv: readonly string[], streams: Streams, how: Invocation): Promise<number> {
    const [name = '', ...args] = argv;
    const { assigned = new Map(), isTested = false, isProgram = false } = how;
    const body = isProgram ? undefined : this.functions.get(name);
    const builtin = builtins.get(name);
    if (!body && !builtin) return this.#spawn(argv, streams, assigned);
    // POSIX: what stands before a special builtin stays assigned; elsewhere it is gone with the command.
    const isLasting = !body && (specialBuiltins.has(name) || assigned.size === 0);
    if (!isLasting) this.variables.enter();
    try {
      for (const [variable, value] of assigned) {
        this.variables.shadow(variable);
        this.variables.set(variable, value);
        if (!isLasting) this.variables.export(variable);
      }
      if (body) return await this.#call(body, args, streams, isTested);
      return (await builtin?.(this, argv, streams, isTested)) ?? 0;
    } finally {
      if (!isLasting) this.variables.leave();
    }
  }

  async #call(body: Command, args: readonly string[], streams: Streams, isTested: boolean): Promise<number> {
    if (this.#callDepth >= deepestCall) throw new ExpansionError('functions call each other too deeply');
    const { positional } = this.variables;
    const loops = this.#loopDepth;
    this.variables.positional = args;
    this.#callDepth += 1;
    this.#loopDepth = 0;
    try {
      return await this.#command(body, streams, isTested);
    } catch (error) {
      if (error instanceof Jump && error.kind === 'return') return error.count;
      throw error;
    } finally {
      this.variables.positional = positional;
      this.#callDepth -= 1;
      this.#loopDepth = loops;
    }
  }

  async #spawn(argv: readonly string[], streams: Streams, assigned: ReadonlyMap<string, string>): Promise<number> {
    const env = { ...this.variables.environment(), ...Object.fromEntries(assigned) };
    const { terminal, signal, system } = this.process;
    const screen = screenBehind(streams.stdout, this.process);
    try {
      const child = system.spawn({ argv, env, cwd: this.cwd, ...streams, terminal, screen, parent: signal });
      return await this.group.endOf(child);
    } catch (error) {
      if (!(error instanceof ExecutableError)) throw error;
      await this.complain(streams, `${argv[0]}: ${whyNot(error)}`);
      return error.problem === 'not-found' ? 127 : 126;
    }
  }

  /** Between commands: is somebody waiting for this process, or for an end of it? */
  async #turn(): Promise<void> {
    await this.workload.turn();
    if (this.process.signal.aborted) throw new ShellExit(137);
    this.group.interruption.throwIfAborted();
  }
}

/** The end of a copy is a status, whatever it was: nothing that happens in it may end the shell around it, or more. */
async function statusOf(shell: Shell, streams: Streams, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ShellExit) return error.exitCode;
    if (error instanceof BrokenPipe) return 141;
    if (error instanceof Interrupted) return 130;
    if (error instanceof Jump) return error.kind === 'return' ? error.count : shell.variables.lastStatus;
    const text = error instanceof Error ? error.message : String(error);
    return shell.complain(streams, text).then(
      () => 2,
      () => 141,
    );
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
