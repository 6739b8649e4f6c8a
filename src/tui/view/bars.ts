import { isGrave, taskOf } from '../../session/next-step.ts';
import type { BackgroundCommand, SessionState } from '../../session/state.ts';
import type { Words } from '../../words/en.ts';
import { costSoFar } from '../../world/cost.ts';
import type { WorldDescription } from '../../world/world.ts';
import type { CourseEntry } from '../app-port.ts';
import { bindingOf, type KeyAction, keyName, type Place } from '../keymap.ts';
import { type Availability, availability, type Moment } from './availability.ts';
import { bare } from './foreign-text.ts';
import { emptyLine, type Line, lineWidth, type Span, span, spread, toWidth, wrap } from './spans.ts';
import type { Glyphs, Role } from './theme.ts';
import { noticeWords } from './words.ts';

/** The single rows of the screen: header, titles of panes, tray, what happens now, keys. */

/** `Lesson 3 of 8`; the welcome and the clean-up have no number. */
export function lessonNumber(lesson: string, course: readonly CourseEntry[], words: Words): string {
  const entry = course.find((candidate) => candidate.id === lesson);
  if (entry?.number === undefined) return '';
  const own = course.filter((candidate) => candidate.number !== undefined && candidate.course === entry.course);
  return words.frame.lessonNumber(entry.number, own.length);
}

/** Columns below which numbers are short: `3/8`. */
export const narrowBelow = 60;

export function headerLine(
  session: SessionState,
  course: readonly CourseEntry[],
  width: number,
  glyphs: Glyphs,
  words: Words,
  now: number,
  inClass: readonly string[] = [],
): Line {
  const { world, lesson } = session;
  const number = lessonNumber(lesson.id, course, words);
  const tasks = lesson.tasks.map((task): Span => {
    const done = session.finished.has(`${lesson.id}/${task.id}`);
    const current = task === taskOf(session);
    return span(current ? glyphs.current : done ? glyphs.passed : glyphs.waiting, current ? 'bar-strong' : 'bar-dim');
  });
  const leftWith = (number: string): Line => [
    span(' ', 'bar'),
    ...(number ? [span(number, 'bar-dim'), span('  ', 'bar')] : []),
    span(lesson.title, 'bar-strong'),
  ];
  const left = leftWith(width < narrowBelow ? number.replace(/^\D*(\d+)\D+(\d+)$/, '$1/$2') : number);
  const spent = costWords(world, now, words);
  // From all there is to say, to the least that must be said: which world this is, and that it costs money.
  const places = [
    [...inClass, words.session.worlds[world.kind], world.context, world.subscription, ...spent],
    [...inClass, world.kind, world.context, world.subscription, ...spent],
    [...inClass, world.kind, world.context, ...spent],
    [...inClass, world.kind, ...spent],
    [...inClass, world.kind, ...spent.slice(-1)],
    [...inClass.slice(0, 1), world.kind, ...spent.slice(-1)],
  ].map((parts) => placeOf(parts, glyphs));
  const rights = [
    ...places.map((place): Line => [...tasks, span(`  ${place} `, 'bar')]),
    [span(`${placeOf([world.kind, ...spent.slice(-1)], glyphs)} `, 'bar')],
    [span(`${world.kind} `, 'bar')],
  ];
  const right = rights.find((line) => lineWidth(left) + lineWidth(line) + 2 <= width) ?? rights.at(-1) ?? [];
  return spread(left, right, width, 'bar');
}

/** Said one after the other, without what is not known. */
const placeOf = (parts: readonly (string | undefined)[], glyphs: Glyphs): string =>
  parts.flatMap((word) => (word === undefined ? [] : [bare(word)])).join(` ${glyphs.dot} `);

/** `12 min` and `about $0.11`; nothing while nothing costs money. */
function costWords({ cost }: WorldDescription, now: number, { cost: said }: Words): string[] {
  if (!cost) return [];
  const { minutes, dollars } = costSoFar(cost, now);
  return [said.elapsed(minutes), said.about(dollars)];
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

const backgroundRoles: Record<BackgroundCommand['status'], Role> = {
  starting: 'warn',
  running: 'good',
  restarting: 'warn',
  ended: 'bad',
};

export function backgroundState({ status, restarts }: BackgroundCommand, glyphs: Glyphs, { tray }: Words): Line {
  const again = restarts > 0 ? ` (${tray.restarts(restarts)})` : '';
  const mark = status === 'ended' ? glyphs.wrong : status === 'running' ? glyphs.current : glyphs.notYet;
  return [span(`${mark} ${tray[status]}${again}`, backgroundRoles[status])];
}

/** What the learner stopped needs no word any more; what ended by itself does. */
export const isInTray = (command: BackgroundCommand): boolean =>
  command.status !== 'ended' || command.end?.type !== 'cancelled';

/** Undefined while there is nothing to tell about the background. */
export function trayLine(session: SessionState, width: number, glyphs: Glyphs, words: Words): Line | undefined {
  const commands = session.background.filter(isInTray);
  if (commands.length === 0) return undefined;
  const parts = commands.flatMap(
    (command): Line => [span(`  ${bare(command.command)} `, 'text'), ...backgroundState(command, glyphs, words)],
  );
  // Of one alone there is room to say what it said last.
  const [only] = commands;
  const last = commands.length === 1 ? only?.lastLines.at(-1) : undefined;
  const said: Line = last ? [span(`  ${bare(last)}`, 'dim')] : [];
  return toWidth([span(` ${words.tray.title}`, 'dim'), ...parts, ...said], width);
}

/**
 * What the moment is about; none when the lesson speaks for itself. A sentence that goes with the next key may take `most`
 * rows, all else takes one.
 */
export function momentLines(moment: Moment, width: number, glyphs: Glyphs, most: number): Line[] {
  const line = momentWords(moment, glyphs);
  if (!line) return [];
  const isPassing = moment.model.refusal !== undefined || moment.session.notice !== undefined;
  if (!isPassing || most === 1) return [toWidth(line, width)];
  const rows = wrap(line, width, emptyLine, [span(' ')]);
  const shown = rows.length > most ? [...rows.slice(0, most - 1), rows.slice(most - 1).flat()] : rows;
  return shown.map((row) => toWidth(row, width));
}

function momentWords({ session, model, words }: Moment, glyphs: Glyphs): Line | undefined {
  if (model.refusal) return [span(` ${model.refusal}`, 'warn')];
  if (session.notice) return [span(` ${glyphs.pointer} `, 'info'), span(bare(noticeWords(session.notice, words)))];
  const { moment } = words;
  const reports = session.progress.conditions;
  const passed = reports.filter((report) => report.result?.status === 'passed').length;
  switch (session.status) {
    case 'verifying':
      return [
        span(` ${glyphs.notYet} ${moment.looking}`, 'warn'),
        span(moment.holdSoFar(passed, reports.length), 'dim'),
      ];
    case 'passed':
      return [span(` ${glyphs.passed} ${moment.taskPassed}`, 'good'), span(afterPass(session, words), 'dim')];
    case 'failed': {
      const isWrong = reports.some((report) => report.result?.status === 'wrong');
      const stands = isWrong ? `${glyphs.wrong} ${moment.notThere}` : `${glyphs.notYet} ${moment.notYet}`;
      return [span(` ${stands}`, isWrong ? 'bad' : 'warn'), span(moment.hold(passed, reports.length), 'dim')];
    }
    case 'reading':
      // The very first screen tells a stranger what to do.
      return session.next.type === 'begin' && session.finished.size === 0
        ? [span(` ${glyphs.pointer} ${moment.pressEnter} `, 'info'), span(moment.nothingRuns)]
        : undefined;
    default:
      return undefined;
  }
}

function afterPass(session: SessionState, { moment }: Words): string {
  const following = session.lesson.tasks[session.taskIndex + 1];
  return following ? moment.next(following.title) : moment.lastOfLesson;
}

interface KeyWord {
  action: KeyAction;
  key: string;
  label: string;
  can: boolean;
}

const shownIn: Readonly<Record<Place, readonly KeyAction[]>> = {
  lesson: [
    'proceed',
    'review',
    'verify',
    'hint',
    'edit',
    'explain',
    'skip',
    'own-command',
    'shell',
    'page',
    'background',
    'map',
    'traffic',
    'search',
    'undo',
    'hand',
    'share',
    'catch-up',
    'help',
    'quit',
  ],
  confirm: ['yes', 'no', 'edit'],
  editor: ['submit', 'complete', 'older', 'newline', 'close'],
  map: ['open', 'up', 'down', 'close'],
  traffic: ['close', 'earlier', 'later', 'freeze', 'identities', 'next-call', 'explain'],
  explain: ['close', 'up', 'down', 'explain'],
  'way-back': ['yes', 'no', 'up', 'down'],
  share: ['yes', 'no', 'with-state', 'up', 'down'],
  changes: ['close', 'up', 'down'],
  glossary: ['up', 'down', 'close'],
  search: ['submit', 'everywhere', 'close'],
  found: ['open', 'up', 'down', 'search', 'close'],
  fields: ['close', 'up', 'down', 'focus', 'page-down'],
  reading: ['next-match', 'previous-match', 'up', 'down', 'close'],
  review: ['next-question', 'up', 'down', 'close'],
  help: ['up', 'down', 'close'],
  background: ['close', 'open', 'stop', 'restart', 'up', 'down'],
  quit: ['yes', 'no'],
};

/** Not worth a place in the row unless they can be used. */
const onlyWhenUseful = new Set<KeyAction>([
  'explain',
  'skip',
  'page',
  'background',
  'review',
  'hand',
  'share',
  'catch-up',
]);
/** Nor these, where no task is under way. */
const onlyInTasks = new Set<KeyAction>(['proceed', 'verify', 'hint', 'edit']);

const isTaskUnderWay = (session: SessionState | undefined): boolean =>
  session !== undefined && taskOf(session) !== undefined && !['passed', 'finished', 'blocked'].includes(session.status);

/** Two keys that belong together share a word. */
const pairs: Partial<Record<Place, 'choose' | 'scroll'>> = {
  map: 'choose',
  background: 'choose',
  explain: 'scroll',
  found: 'choose',
  glossary: 'scroll',
  fields: 'choose',
  reading: 'scroll',
  review: 'scroll',
  help: 'scroll',
  'way-back': 'scroll',
  share: 'scroll',
  changes: 'scroll',
};

function keyWord(
  action: KeyAction,
  place: Place,
  state: Availability,
  { keys }: Words,
  session?: SessionState,
): KeyWord | undefined {
  const binding = bindingOf(action, place);
  if (!binding || (!state.can && onlyWhenUseful.has(action))) return undefined;
  if (!state.can && onlyInTasks.has(action) && !isTaskUnderWay(session)) return undefined;
  const pair = pairs[place];
  if (pair && action === 'down') return undefined;
  if (pair && action === 'up')
    return { action, key: `${keys.named.up} ${keys.named.down}`, label: keys[pair], can: true };
  const label = state.label ?? keys.bindings[binding.name].label;
  return { action, key: keyName(binding.keys[0] ?? '', keys), label, can: state.can };
}

function keySpans(shown: readonly KeyWord[]): Line {
  return shown.flatMap(
    ({ key, label, can }): Line =>
      can ? [span('  '), span(key, 'key'), span(` ${label}`)] : [span('  '), span(`(${key} ${label})`, 'dim')],
  );
}

/** The keys that count now. Those that do nothing now stand in brackets, and say why when pressed. */
export function keyLine(
  place: Place,
  moment: Moment | undefined,
  width: number,
  words: Words,
  /** What the first key does, where the moment does not say it. */
  label?: string,
): Line {
  const actions = moment?.isFolded && place === 'lesson' ? withFocus(shownIn.lesson) : shownIn[place];
  let shown = actions.flatMap((action) => {
    const state: Availability = moment && place === 'lesson' ? availability(action, moment) : { can: true };
    const word = keyWord(action, place, state, words, moment?.session);
    return word ? [word] : [];
  });
  // Two keys for the same would only make one wonder.
  const [first] = shown;
  shown = shown.filter((word) => word === first || word.label !== first?.label);
  if (label !== undefined) shown = shown.map((word, index) => (index === 0 ? { ...word, label } : word));
  const session = moment?.session;
  const isBusy = session?.status === 'running' || session?.status === 'verifying';
  if (place === 'lesson' && isBusy) {
    const { interrupt, stopLooking } = words.availability.label;
    const label = session.status === 'running' ? interrupt : stopLooking;
    shown = [{ action: 'interrupt', key: keyName('ctrl-c', words.keys), label, can: true }, ...shown.slice(1)];
  }
  if (place === 'confirm' && session?.status === 'confirming' && isGrave(session.proposal)) {
    // Enter is not enough for what cannot be undone.
    shown = shown.map((word, index) => (index === 0 ? { ...word, key: 'y' } : word));
  }
  return toWidth(keySpans(fitting(shown, width)).slice(1).toSpliced(0, 0, span(' ')), width);
}

/** Where panes are folded, the key that unfolds them stands right after the first. */
const withFocus = ([first, ...others]: readonly KeyAction[]): KeyAction[] => [
  ...(first ? [first] : []),
  'focus',
  ...others,
];

/** Too narrow: keys that do nothing go first, then those before help and quit, then all but the first and the way out. */
function fitting(words: readonly KeyWord[], width: number): readonly KeyWord[] {
  let kept = words;
  const last = words.slice(-2);
  const dispensable = [
    (word: KeyWord) => !word.can && !last.includes(word),
    (word: KeyWord) => !last.includes(word) && word.action !== 'focus',
    (word: KeyWord) => !last.includes(word),
    // The way out of a list or panel stays.
    (word: KeyWord) => word.action !== 'close',
    () => true,
  ];
  for (const isDispensable of dispensable) {
    while (lineWidth(keySpans(kept)) > width) {
      const index = kept.findLastIndex((word, at) => at > 0 && isDispensable(word));
      if (index < 0) break;
      kept = kept.filter((_, at) => at !== index);
    }
  }
  return kept;
}
