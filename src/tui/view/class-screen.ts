import {
  failingOf,
  handsOf,
  heatMapOf,
  heldBy,
  isPresent,
  type Standing,
  standingOf,
  stuckMargin,
  worstOf,
} from '../../classroom/figures.ts';
import type { ClassState, CourseOutline, LearnerCard } from '../../classroom/protocol.ts';
import type { Findings } from '../../words/en/findings.ts';
import { clockOf } from './class-bar.ts';
import { bare } from './foreign-text.ts';
import { emptyLine, type Line, type Span, span, toWidth, truncate, wrap } from './spans.ts';
import type { Glyphs, Role } from './theme.ts';

/** A class in a terminal: who is where, who is stuck on what, whose hand is up. Pure. */
export interface ClassInk {
  width: number;
  glyphs: Glyphs;
  words: Findings['told']['classWatch'];
  now: number;
}

export interface ShownClass {
  course: CourseOutline;
  state: ClassState;
  learners: ReadonlyMap<string, LearnerCard>;
  isOnline: boolean;
}

const mostHeat = 4;

export function classLines({ course, state, learners, isOnline }: ShownClass, ink: ClassInk): Line[] {
  const { words, now, width } = ink;
  const cards = [...learners.values()];
  const rows = cards
    .map((card) => ({ card, standing: standingOf(card, state, course.lessons, now) }))
    .toSorted((a, b) => order[a.standing.status] - order[b.standing.status] || a.card.name.localeCompare(b.card.name));
  const present = cards.filter(isPresent).length;
  const stuck = rows.filter(({ standing }) => standing.status === 'stuck').length;
  const rule = span(words.rule(stuckMargin.share * 100, stuckMargin.leastMs / 60_000), 'dim');
  const shown = [
    ...headLines({ course, state, learners, isOnline }, { present, all: cards.length, stuck }, ink),
    emptyLine,
    ...rows.map(({ card, standing }) => learnerLine(card, standing, course, ink)),
    ...handLines(cards, ink),
    ...heatLines(cards, state, course, ink),
  ];
  return [...shown.map((line) => truncate(line, width)), emptyLine, ...wrap([rule], width)];
}

/**
 * The class, and below it what is typed. No line is wider than the window, since the terminal would break it and what is
 * drawn over would be less than what was drawn; where the window has no room for all learners, the typed line stays.
 */
export function withPrompt(
  shown: readonly Line[],
  { said, typed }: { said: string; typed: string },
  { width, room }: { width: number; room: number },
): Line[] {
  const prompt = [emptyLine, ...wrap([span(said, 'dim')], width), ...wrap([span(`> ${typed}`)], width)];
  return [...shown.slice(0, Math.max(0, room - prompt.length)), ...prompt];
}

const order: Readonly<Record<Standing['status'], number>> = {
  stuck: 0,
  working: 1,
  passed: 2,
  'not-begun': 3,
  away: 4,
};
const roles: Readonly<Record<Standing['status'], Role>> = {
  stuck: 'bad',
  working: 'text',
  passed: 'good',
  'not-begun': 'dim',
  away: 'dim',
};

function headLines(
  { course, state, learners, isOnline }: ShownClass,
  counts: { present: number; all: number; stuck: number },
  { words, now }: ClassInk,
): Line[] {
  const titleOf = (id: string) => bare(course.lessons.find((lesson) => lesson.id === id)?.title ?? id);
  const { hold, lead, countdown, messages } = state;
  const last = messages.at(-1);
  const to = last?.learner === undefined ? undefined : bare(learners.get(last.learner)?.name ?? last.learner);
  return [
    [
      span(bare(state.name), 'heading'),
      span(`  ${words.counts(counts.present, counts.all, counts.stuck)}`),
      ...(isOnline ? [] : [span(`  ${words.offline}`, 'bad')]),
    ],
    ...(lead && !hold ? [[span(words.lead(titleOf(lead.lesson), clockOf(now - lead.since)))]] : []),
    ...(hold ? [[span(words.hold(titleOf(hold.lesson), clockOf(now - hold.since)), 'warn')]] : []),
    ...(countdown && countdown.until > now
      ? [[span(words.countdown(clockOf(countdown.until - now), bare(countdown.label)), 'accent')]]
      : []),
    ...(last ? [[span(words.said(bare(last.text), to), 'dim')]] : []),
  ];
}

const nameWidth = 22;
const placeWidth = 30;

function learnerLine(card: LearnerCard, standing: Standing, course: CourseOutline, { words, glyphs }: ClassInk): Line {
  const lesson = course.lessons.find(({ id }) => id === card.at?.lesson);
  const task = lesson?.tasks.find(({ id }) => id === card.at?.task);
  const failing = failingOf(card, course.lessons);
  const marks: Record<Standing['status'], string> = {
    stuck: glyphs.wrong,
    working: glyphs.current,
    passed: glyphs.passed,
    'not-begun': glyphs.waiting,
    away: glyphs.waiting,
  };
  const place = lesson && task ? `${lesson.step} ${bare(task.title)}` : '';
  const time = 'forMs' in standing ? clockOf(standing.forMs) : '';
  const role = roles[standing.status];
  const why: Span[] = failing ? [span(`  ${bare(failing.id)}: ${bare(failing.why || failing.title)}`, 'dim')] : [];
  return [
    span(`${marks[standing.status]} `, role),
    ...toWidth([span(bare(card.name), card.hand === undefined ? 'strong' : 'accent')], nameWidth),
    ...toWidth([span(place, role)], placeWidth),
    ...toWidth([span(` ${words.standing[standing.status]} ${time}`, role)], 18),
    ...(standing.status === 'stuck' || standing.status === 'working' ? why : []),
  ];
}

function handLines(cards: readonly LearnerCard[], { words }: ClassInk): Line[] {
  const hands = handsOf(cards);
  if (hands.length === 0) return [];
  return [emptyLine, [span(words.hands(hands.map(({ name }) => bare(name))), 'accent')]];
}

function heatLines(cards: readonly LearnerCard[], state: ClassState, course: CourseOutline, ink: ClassInk): Line[] {
  const heat = worstOf(heatMapOf(cards, state, course.lessons, ink.now)).filter((cell) => heldBy(cell) > 1);
  if (heat.length === 0) return [];
  return [
    emptyLine,
    ...heat
      .slice(0, mostHeat)
      .map((cell): Line => [span(ink.words.heat(heldBy(cell), cell.there, cell.condition, cell.stuck), 'warn')]),
  ];
}
