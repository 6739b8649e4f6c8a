import { type Control, type LearnerCard, limits, type OutlinedLesson } from './protocol.ts';

/** What an instructor types in a terminal: `hold 3`, `say @Ada look up`. Pure. */
export const classCommands = [
  'hold',
  'release',
  'lead',
  'say',
  'countdown',
  'end',
  'lower',
  'here',
  'gone',
  'state',
] as const;

/** `take-state`: a learner's sandbox, as a file beside whoever types. */
export type ClassCommand = Control | { type: 'take-state'; learner: LearnerCard };

/** Undefined where it means nothing; learners by their names, lessons by their steps. */
export function readClassCommand(
  line: string,
  lessons: readonly OutlinedLesson[],
  learners: readonly LearnerCard[],
): ClassCommand | undefined {
  const [, word = '', rest = ''] = /^\s*(\S+)\s*(.*?)\s*$/.exec(line) ?? [];
  const lesson = lessons.find(({ step, id }) => String(step) === rest || id === rest)?.id;
  const named = learnerIn(rest.replace(/^@/, ''), learners);
  switch (word) {
    case 'hold':
    case 'lead':
      return lesson === undefined ? undefined : { type: word, lesson };
    case 'release':
      return { type: 'release' };
    case 'say':
      return messageIn(rest, learners);
    case 'countdown': {
      const [, minutes = '', label = ''] = /^(\d+(?:\.\d+)?)\s*(.*)$/.exec(rest) ?? [];
      const ms = Number(minutes) * 60_000;
      return ms > 0 && ms <= limits.countdownMs ? { type: 'countdown', ms, label } : undefined;
    }
    case 'end':
      return { type: 'end-countdown' };
    case 'lower':
      return named && { type: 'lower-hand', learner: named.id };
    case 'here':
    case 'gone':
      return named && { type: 'mark', learner: named.id, present: word === 'here' };
    case 'state':
      return named && { type: 'take-state', learner: named };
    default:
      return undefined;
  }
}

const learnerIn = (name: string, learners: readonly LearnerCard[]): LearnerCard | undefined =>
  learners.find((card) => card.name.toLowerCase() === name.toLowerCase() || card.id === name);

/** `@Ada` may have blanks in her name: the longest name that fits is meant. */
function messageIn(rest: string, learners: readonly LearnerCard[]): Control | undefined {
  if (!rest.startsWith('@')) return rest === '' ? undefined : { type: 'message', text: rest };
  const said = rest.slice(1).toLowerCase();
  const meant = learners
    .filter(({ name }) => said.startsWith(`${name.toLowerCase()} `))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
  const text = meant && rest.slice(meant.name.length + 2).trim();
  return meant && text ? { type: 'message', learner: meant.id, text } : undefined;
}
