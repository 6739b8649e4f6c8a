import type { Fence } from './commands.ts';
import type { Command } from './lesson.ts';
import { didYouMean, isId, type Problems } from './problems.ts';

/**
 * A command once more, as PowerShell takes it: a block that stands below its command and names it. It never runs (commands
 * run in bash, on Windows too); it is for those who type along in a terminal of their own.
 */
export interface Twin {
  /** The command's name. */
  of: unknown;
  text: string;
  line: number;
}

export const twinAttributes: Readonly<Record<string, { description: string; required?: boolean }>> = {
  twin: {
    description: 'the command above it that it says once more for PowerShell 7; shown on Windows',
    required: true,
  },
};
const keys = Object.keys(twinAttributes);
export const twinLanguage = 'powershell';

export function readTwin(fence: Fence, attributes: Record<string, unknown>, problems: Problems): Twin {
  const { line } = fence;
  for (const key of Object.keys(attributes)) {
    if (!keys.includes(key)) problems.add(line, `A twin has no attribute "${key}"; it has ${keys.join(', ')}.`);
  }
  if (fence.text.trim() === '') problems.add(line, 'This twin is empty; write what PowerShell takes.');
  return { of: attributes['twin'], text: fence.text.trimEnd(), line };
}

/** The commands of a task, each with its twin. */
export function withTwins(commands: readonly Command[], twins: readonly Twin[], problems: Problems): Command[] {
  const texts = new Map<string, Twin>();
  const names = commands.map(({ name }) => name);
  for (const twin of twins) {
    const command = commands.find(({ name }) => name === twin.of);
    if (!command) {
      const named = isId(twin.of)
        ? `This task has no command "${twin.of}" to be a twin of`
        : 'A twin names its command';
      const guess = isId(twin.of) ? didYouMean(twin.of, names) : '';
      problems.add(twin.line, `${named}; write {"twin":"…"} below a command of this task.${guess}`);
      continue;
    }
    const first = texts.get(command.name);
    if (first) {
      problems.add(twin.line, `The command "${command.name}" has a twin already, on line ${first.line}.`);
    } else if (twin.line < command.line) {
      problems.add(
        twin.line,
        `The command "${command.name}" stands below its twin, on line ${command.line}; swap them.`,
      );
    }
    texts.set(command.name, first ?? twin);
  }
  return commands.map((command) => {
    const twin = texts.get(command.name);
    return twin ? { ...command, twin: twin.text } : command;
  });
}
