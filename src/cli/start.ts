import type { Command } from 'commander';
import { faultOf } from '../fault.ts';
import type { ScreenHost } from '../tui/app-port.ts';
import type { Words } from '../words/en.ts';
import type { JoinedClass } from './class-join.ts';
import type { CommonOptions } from './options.ts';
import { screenOptions } from './options.ts';
import type { Subcommand } from './subcommand.ts';
import { examples } from './subcommand.ts';

/** `meshwalk` alone: starts the course, or goes on where it was left. */
export function describeStart(program: Command, words: Words): Command {
  const { start: usage } = words.usage;
  program.description(usage.description);
  for (const option of screenOptions(words)) program.addOption(option);
  return program.addHelpText(
    'after',
    examples(
      words,
      ['meshwalk', usage.plain],
      ['meshwalk --pace real', usage.real],
      ['meshwalk --profile ada', usage.profile],
      ['meshwalk --screen-reader', usage.screenReader],
      ['meshwalk --course more', usage.course],
      ['meshwalk --lessons ~/my-course', usage.lessons],
      ['meshwalk run --to 3', usage.run],
    ),
  );
}

export async function start(options: CommonOptions, subcommand: Subcommand, joined?: JoinedClass): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw faultOf('terminal.none');
  }
  const leaving = new AbortController();
  const open = () => openCourse(options, subcommand, leaving.signal, joined);
  // A course or a cluster of one's own is asked about while the terminal still belongs to the shell.
  const mayAsk = options.lessons !== undefined || options.world !== 'sandbox';
  const opened = mayAsk ? await open() : undefined;
  const isLines = isAppending(options, subcommand.machine.environment);
  // The drawn screen reads Ctrl-C as a key; the terminal of the other one sends a signal.
  if (isLines) subcommand.leaveInterrupts();
  const run = isLines ? await appendingScreen() : await drawnScreen();
  let opening: Promise<ScreenHost> | undefined;
  try {
    const exit = await run({
      openHost: async () => {
        // A signal that came before the screen listened.
        subcommand.signal.throwIfAborted();
        opening = opened ? Promise.resolve(opened) : open();
        return opening;
      },
      stdin: process.stdin,
      stdout: process.stdout,
      environment: subcommand.machine.environment,
      theme: options.theme,
      ascii: options.ascii,
      reducedMotion: options.reducedMotion,
      isWindows: process.platform === 'win32',
      words: subcommand.machine.words,
    });
    if (exit.type === 'signalled') {
      const { codeOf } = await import('./signals.ts');
      subcommand.exit(codeOf(exit.signal));
    }
  } finally {
    // Who leaves while the course is opened must not leave the lock or a process behind.
    leaving.abort();
    await opening?.catch(() => undefined);
  }
}

const drawnScreen = async () => (await import('../tui/terminal.tsx')).runScreen;
const appendingScreen = async () => (await import('../tui/reader/reader.ts')).runReader;

/** By the option, by the variable that other programs know too, and where a terminal cannot move its cursor. */
function isAppending(options: CommonOptions, environment: Readonly<Record<string, string | undefined>>): boolean {
  return options.screenReader === true || environment['ACCESSIBLE'] === '1' || environment['TERM'] === 'dumb';
}

/** Opens what the lessons need, and goes on where the learner was; the screen is there already unless somebody must be asked. */
async function openCourse(
  options: CommonOptions,
  subcommand: Subcommand,
  leaving: AbortSignal,
  joined: JoinedClass | undefined,
): Promise<ScreenHost> {
  const { machine, teardown, log } = subcommand;
  const { openParts } = await import('./compose.ts');
  const { LessonHost } = await import('./lesson-host.ts');
  const { mustHaveCourse } = await import('./openings.ts');
  let host: InstanceType<typeof LessonHost> | undefined;
  const terminal = { input: process.stdin, output: process.stdout };
  const { signal } = subcommand;
  const parts = await openParts(options, machine, teardown, {
    settler: { terminal, signal },
    onTrouble: (sentence) => host?.notice(sentence),
    onProgress: (sentence) => host?.notice({ type: 'under-way', sentence }),
    onBug: (error) => {
      log.write('a bug while a lesson was open', error);
      host?.notice(machine.words.host.mistake(log.file));
    },
  });
  const { remindOfCost } = await import('./cost-on-leaving.ts');
  teardown.add(() => remindOfCost(parts.world, machine.words, machine.out));
  const { mustTrust } = await import('./trust.ts');
  await mustTrust(parts, options, machine, {
    terminal,
    again: `meshwalk --lessons ${options.lessons} --trust`,
    signal,
  });
  leaving.throwIfAborted();
  if (options.course !== undefined) mustHaveCourse(parts.catalog, options.course);
  host = joined ? new (await import('./class-lesson-host.ts')).ClassLessonHost(parts, joined) : new LessonHost(parts);
  const opened = host;
  teardown.add(() => opened.close());
  host.begin(options.course);
  const { prepareAhead } = await import('./preparing-ahead.ts');
  prepareAhead(parts, options, subcommand);
  return host;
}
