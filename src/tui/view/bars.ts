import { isGrave, taskOf } from '../../session/next-step.ts';
import type { BackgroundCommand, SessionState } from '../../session/state.ts';
import type { CourseEntry } from '../app-port.ts';
import { bindingOf, type KeyAction, keyName, type Place } from '../keymap.ts';
import { type Availability, availability, type Moment } from './availability.ts';
import { bare } from './foreign-text.ts';
import { type Line, lineWidth, type Span, span, spread, toWidth } from './spans.ts';
import type { Glyphs, Role } from './theme.ts';

/** The single rows of the screen: header, titles of panes, tray, what happens now, keys. */

/** `Lesson 3 of 8`; the welcome and the clean-up have no number. */
export function lessonNumber(lesson: string, course: readonly CourseEntry[]): string {
  const entry = course.find((candidate) => candidate.id === lesson);
  const count = course.filter((candidate) => candidate.number !== undefined).length;
  return entry?.number === undefined ? '' : `Lesson ${entry.number} of ${count}`;
}

export function headerLine(session: SessionState, course: readonly CourseEntry[], width: number, glyphs: Glyphs): Line {
  const { world, lesson } = session;
  const number = lessonNumber(lesson.id, course);
  const tasks = lesson.tasks.map((task): Span => {
    const done = session.finished.has(`${lesson.id}/${task.id}`);
    const current = task === taskOf(session);
    return span(current ? glyphs.current : done ? glyphs.passed : glyphs.waiting, current ? 'bar-strong' : 'bar-dim');
  });
  const place = [world.label, world.context, world.subscription].filter((word) => word !== undefined);
  const left: Line = [
    span(' ', 'bar'),
    ...(number ? [span(number, 'bar-dim'), span('  ', 'bar')] : []),
    span(lesson.title, 'bar-strong'),
  ];
  const wide: Line = [...tasks, span('  ', 'bar'), span(`${place.map(bare).join(` ${glyphs.dot} `)} `, 'bar')];
  const narrow: Line = [span(`${bare(world.label)} `, 'bar')];
  const right = lineWidth(left) + lineWidth(wide) + 2 <= width ? wide : narrow;
  return spread(left, right, width, 'bar');
}

/** `── title ───── aside ──` */
export function ruleLine(title: Line, aside: Line, width: number, glyphs: Glyphs, strong = false): Line {
  const role: Role = strong ? 'accent' : 'rule';
  const bar = glyphs.horizontal;
  const left = [span(`${bar} `, role), ...title, span(' ', role)];
  const right = aside.length > 0 ? [span(' ', role), ...aside, span(` ${bar}`, role)] : [];
  const room = width - lineWidth(right);
  const cut = lineWidth(left) > room ? toWidth(left, Math.max(0, room)) : left;
  const fill = Math.max(0, room - lineWidth(cut));
  return [...cut, span(bar.repeat(fill), role), ...right];
}

const backgroundWords: Record<BackgroundCommand['status'], { word: string; role: Role }> = {
  starting: { word: 'starting', role: 'warn' },
  running: { word: 'running', role: 'good' },
  restarting: { word: 'restarting', role: 'warn' },
  ended: { word: 'ended', role: 'bad' },
};

export function backgroundState(command: BackgroundCommand, glyphs: Glyphs): Line {
  const { word, role } = backgroundWords[command.status];
  const again = command.restarts > 0 ? ` (${command.restarts} restarts)` : '';
  const mark =
    command.status === 'ended' ? glyphs.wrong : command.status === 'running' ? glyphs.current : glyphs.notYet;
  return [span(`${mark} ${word}${again}`, role)];
}

/** Undefined while nothing runs in the background. */
export function trayLine(session: SessionState, width: number, glyphs: Glyphs): Line | undefined {
  if (session.background.length === 0) return undefined;
  const parts = session.background.flatMap(
    (command): Line => [span(`  ${bare(command.command)} `, 'text'), ...backgroundState(command, glyphs)],
  );
  return toWidth([span(' Background', 'dim'), ...parts], width);
}

/** What the moment is about, in one row; undefined when the lesson speaks for itself. */
export function momentLine(moment: Moment, width: number, glyphs: Glyphs): Line | undefined {
  const line = momentWords(moment, glyphs);
  return line && toWidth(line, width);
}

function momentWords({ session, model }: Moment, glyphs: Glyphs): Line | undefined {
  if (model.refusal) return [span(` ${model.refusal}`, 'warn')];
  if (session.notice) return [span(` ${glyphs.pointer} `, 'info'), span(bare(session.notice))];
  const reports = session.progress.conditions;
  const passed = reports.filter((report) => report.result?.status === 'passed').length;
  switch (session.status) {
    case 'verifying':
      return [
        span(` ${glyphs.notYet} Looking`, 'warn'),
        span(`: ${passed} of ${reports.length} conditions hold so far`, 'dim'),
      ];
    case 'passed':
      return [span(` ${glyphs.passed} Task passed`, 'good'), span(passedWords(session), 'dim')];
    case 'failed': {
      const isWrong = reports.some((report) => report.result?.status === 'wrong');
      const words = isWrong ? `${glyphs.wrong} Not there` : `${glyphs.notYet} Not yet`;
      return [
        span(` ${words}`, isWrong ? 'bad' : 'warn'),
        span(`: ${passed} of ${reports.length} conditions hold. It keeps looking.`, 'dim'),
      ];
    }
    default:
      return undefined;
  }
}

function passedWords(session: SessionState): string {
  const following = session.lesson.tasks[session.taskIndex + 1];
  return following ? `. Next: ${following.title}` : '. It was the last of this lesson.';
}

interface KeyWord {
  key: string;
  label: string;
  can: boolean;
}

const shownIn: Readonly<Record<Place, readonly KeyAction[]>> = {
  lesson: [
    'proceed',
    'verify',
    'hint',
    'edit',
    'skip',
    'own-command',
    'shell',
    'page',
    'background',
    'map',
    'help',
    'quit',
  ],
  confirm: ['yes', 'no', 'edit'],
  editor: ['submit', 'newline', 'older', 'close'],
  map: ['open', 'up', 'down', 'close'],
  help: ['up', 'down', 'close'],
  background: ['close'],
  quit: ['yes', 'no'],
};

/** Not worth a place in the row unless they can be used. */
const onlyWhenUseful = new Set<KeyAction>(['skip', 'page', 'background']);

function keyWord(action: KeyAction, place: Place, state: Availability): KeyWord | undefined {
  const binding = bindingOf(action, place);
  if (!binding || (!state.can && onlyWhenUseful.has(action))) return undefined;
  const label = state.can && state.label ? state.label : binding.label;
  return { key: keyName(binding.keys[0] ?? ''), label, can: state.can };
}

function keySpans(words: readonly KeyWord[], glyphs: Glyphs): Line {
  return words.flatMap(
    ({ key, label, can }): Line =>
      can
        ? [span('  '), span(key, 'key'), span(` ${label}`)]
        : [span('  '), span(`${glyphs.ascii ? '(' : '('}${key} ${label})`, 'dim')],
  );
}

/** The keys that count now. Those that do nothing now stand in brackets, and say why when pressed. */
export function keyLine(place: Place, moment: Moment | undefined, width: number, glyphs: Glyphs): Line {
  let words = shownIn[place].flatMap((action) => {
    const state: Availability = moment && place === 'lesson' ? availability(action, moment) : { can: true };
    const word = keyWord(action, place, state);
    return word ? [word] : [];
  });
  if (place === 'lesson' && moment?.session.status === 'running') words = [interruptWord, ...words.slice(1)];
  const session = moment?.session;
  if (place === 'confirm' && session?.status === 'confirming' && isGrave(session.proposal)) {
    words = words.map((word) => (word.label === 'run it' ? { ...word, key: 'y' } : word));
  }
  const last = words.slice(-2);
  // Too narrow: keys that do nothing go first, then those before help and quit.
  for (const drop of [(word: KeyWord) => !word.can, (_: KeyWord) => true]) {
    while (lineWidth(keySpans(words, glyphs)) > width) {
      const index = words.findLastIndex((word, at) => at > 0 && drop(word) && !last.includes(word));
      if (index < 0) break;
      words = words.filter((_, at) => at !== index);
    }
  }
  return toWidth(keySpans(words, glyphs).slice(1).toSpliced(0, 0, span(' ')), width);
}

const interruptWord: KeyWord = { key: 'Ctrl-C', label: 'interrupt', can: true };
