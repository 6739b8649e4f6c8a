// Plays the real course with the built program, without a screen, and reads what it told in JSON lines.
import type { CheckResult } from '../../src/check/check.ts';
import type { UnsolvedCondition } from '../../src/cli/prove.ts';
import { meshwalk } from '../cli/meshwalk.ts';

export interface SolvedCondition {
  id: string;
  title: string;
  result: CheckResult | undefined;
}

export type PlayEvent =
  | { event: 'note'; sentence: string }
  | { event: 'lesson'; lesson: string; step: number; title: string; remark?: string }
  | { event: 'task'; lesson: string; task: string; title: string }
  | { event: 'unsolved'; lesson: string; task: string; conditions: UnsolvedCondition[] }
  | { event: 'command'; script: string; command?: string; output: string[]; end: { type: string; code?: number } }
  | {
      event: 'solved';
      lesson: string;
      task: string;
      conditions: SolvedCondition[];
      solved: boolean;
      reason?: string;
      tryThis?: string;
    }
  | { event: 'end'; lessons: number };

export interface Play {
  code: number | null;
  err: string;
  events: PlayEvent[];
}

export const play = (home: string, course: string, ...more: string[]): Promise<Play> => playIn({}, home, course, more);

/** With variables of the learner's environment. */
export async function playIn(
  environment: Readonly<Record<string, string>>,
  home: string,
  course: string,
  more: readonly string[],
): Promise<Play> {
  const args = ['run', '--json', '--pace', 'instant', '--trust', '--lessons', course, ...more];
  const { code, out, err } = await meshwalk(home, args, { environment });
  const lines = out.split('\n').filter((line) => line !== '');
  return { code, err, events: lines.map((line): PlayEvent => JSON.parse(line)) };
}

/** Events of one kind, typed. */
export function eventsOf<Kind extends PlayEvent['event']>(
  { events }: Play,
  kind: Kind,
): Extract<PlayEvent, { event: Kind }>[] {
  return events.filter((event): event is Extract<PlayEvent, { event: Kind }> => event.event === kind);
}
