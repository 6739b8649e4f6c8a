import type { CheckResult } from '../check/check.ts';
import type { Evidence } from '../classroom/protocol.ts';
import { taskOf } from '../session/next-step.ts';
import { looksSecret } from '../session/secret-line.ts';
import type { SessionState } from '../session/state.ts';

/** What a learner may show the instructor of the task: what its conditions saw, and the end of the last output. Pure. */
const mostLines = 30;
const mostColumns = 300;

export function classEvidence(session: SessionState): Evidence | undefined {
  const task = taskOf(session);
  if (!task) return undefined;
  const run = session.status === 'running' ? session.run : session.lastRun;
  // Lines that may hold a password or a token stay here, whoever asked for them.
  const lines = (run?.output.lines ?? []).map(({ text }) => text).filter((text) => !looksSecret(text.trim()));
  const command = run?.script ?? '';
  const evidence = {
    lesson: session.lesson.id,
    task: task.id,
    conditions: session.progress.conditions.flatMap(({ id, result }) =>
      result ? [{ id, status: result.status, text: textOf(result).slice(0, mostColumns) }] : [],
    ),
    command: looksSecret(command.trim()) ? '' : command.slice(0, mostColumns),
    output: lines.slice(-mostLines).map((text) => text.replaceAll(colours, '').slice(0, mostColumns)),
  };
  // Before anything was looked at or run there is nothing to see in it.
  return evidence.conditions.length > 0 || evidence.command !== '' || evidence.output.length > 0 ? evidence : undefined;
}

const colours = /\u001b\[[\d;:]*m/g;

const textOf = (result: CheckResult): string => {
  switch (result.status) {
    case 'passed':
      return result.saw;
    case 'not-yet':
    case 'wrong':
      return `${result.expected} | ${result.saw}`;
    case 'unknown':
      return result.reason;
  }
};
