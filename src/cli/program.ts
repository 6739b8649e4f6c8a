import { Command, CommanderError } from 'commander';
import { Fault } from '../fault.ts';
import { type Log, noLog, openLog } from '../platform/log.ts';
import { stateFolders } from '../progress/state-folders.ts';
import { languageIn, languageOf, loadWords } from '../words/language.ts';
import { changesCommand } from './changes.ts';
import { chartsCommand } from './charts.ts';
import { classCommand } from './class.ts';
import { cleanupCommand } from './cleanup.ts';
import type { Machine } from './compose.ts';
import { doctorCommand } from './doctor.ts';
import { explainCommand } from './explain.ts';
import { helpIn } from './help.ts';
import { lintCommand } from './lint.ts';
import { languageOption } from './options.ts';
import { prepareCommand } from './prepare.ts';
import { exitCodes, reportFailure } from './report.ts';
import { resetCommand } from './reset.ts';
import { reviewCommand } from './review.ts';
import { runCommand } from './run.ts';
import { sandboxCommand } from './sandbox.ts';
import { searchCommand } from './search.ts';
import { abortOnSignals, codeOf } from './signals.ts';
import { describeStart, start } from './start.ts';
import { stateCommand } from './state.ts';
import { statusCommand } from './status.ts';
import type { Subcommand } from './subcommand.ts';
import { Teardown } from './teardown.ts';
import { traceCommand } from './trace.ts';
import { redoCommand, undoCommand } from './undo.ts';

/**
 * The command line: which subcommands there are, and what their end means for the exit code. Heavy parts are loaded by
 * the subcommand that needs them. Does not know what any of them does.
 */
export async function main(
  args: readonly string[],
  { version, root }: Pick<Machine, 'version' | 'root'>,
): Promise<number> {
  const machine: Machine = {
    version,
    root,
    environment: process.env,
    words: await loadWords(languageOf(languageIn(args), process.env)),
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
  };
  const log = ownLog(machine);
  const teardown = new Teardown();
  const signals = abortOnSignals();
  let code: number = exitCodes.done;
  const exit = (end: number) => {
    code = end;
  };
  const { signal, leaveInterrupts } = signals;
  const subcommand: Subcommand = { machine, teardown, signal, leaveInterrupts, log, exit };
  try {
    await commandLine(subcommand).parseAsync(args, { from: 'user' });
  } catch (error) {
    code = error instanceof CommanderError ? usageCode(error) : await reportFailure(error, machine, log);
  }
  try {
    await teardown.close();
  } catch (error) {
    const failure = await reportFailure(error, machine, log);
    if (code === exitCodes.done || !(error instanceof Fault)) code = failure;
  }
  signals.stop();
  const received = signals.received();
  return received ? codeOf(received) : code;
}

/** Who has no folder for a log still gets help, and is told of the folder by what needs one. */
function ownLog({ environment }: Machine): Log {
  try {
    return openLog(stateFolders('default', 'sandbox', environment).log);
  } catch (error) {
    if (error instanceof Fault) return noLog;
    throw error;
  }
}

/** Commander has said what was wrong; help and version are no failure. */
const usageCode = (error: CommanderError): number => (error.exitCode === 0 ? exitCodes.done : exitCodes.usage);

/** All subcommands with their options; says nothing and does nothing until it parses. */
export function commandLine(subcommand: Subcommand): Command {
  const { words } = subcommand.machine;
  const { frame } = words.usage;
  const program = new Command('meshwalk')
    .version(subcommand.machine.version, '-V, --version', frame.version)
    .helpOption('-h, --help', frame.help)
    .helpCommand(false)
    .showHelpAfterError(frame.hintAbove)
    .configureHelp(helpIn(words))
    .exitOverride()
    .enablePositionalOptions();
  describeStart(program, words)
    .addOption(languageOption(words))
    .action((options) => start(options, subcommand));
  for (const command of [
    runCommand,
    statusCommand,
    searchCommand,
    resetCommand,
    reviewCommand,
    undoCommand,
    redoCommand,
    changesCommand,
    stateCommand,
    sandboxCommand,
    classCommand,
    prepareCommand,
    lintCommand,
    explainCommand,
    chartsCommand,
    traceCommand,
    doctorCommand,
    cleanupCommand,
  ]) {
    program.addCommand(
      command(subcommand)
        .addOption(languageOption(words))
        .helpOption('-h, --help', frame.helpOf)
        .exitOverride()
        .showHelpAfterError(frame.hint)
        .configureHelp(helpIn(words)),
    );
  }
  return program;
}
