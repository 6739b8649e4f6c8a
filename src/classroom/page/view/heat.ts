import { type HeatCell, heatMapOf, heldBy, isPresent, worstOf } from '../../figures.ts';
import type { OutlinedLesson } from '../../protocol.ts';
import type { ClassModel } from './class-model.ts';
import type { Filter } from './grid.ts';
import { currentLesson } from './lead.ts';
import type { PageWords } from './page-words.ts';

/**
 * The conditions of one lesson as a map: each has its place, and shows how many of the class it holds up. What a colour
 * says, a shape, a number and a sentence say too. Pure.
 */
export const heatKinds = ['stuck', 'wrong', 'not-yet'] as const;
export type HeatKind = (typeof heatKinds)[number];

export interface HeatView {
  /** The class's own lesson first, by no id: the map goes on with the class. */
  choices: readonly { lesson: string; text: string }[];
  chosen: string;
  /** The worst of the map in one sentence, to be read from the back of the room. */
  worst: string;
  tasks: readonly HeatTaskView[];
  /** The other lesson that holds most people up. */
  elsewhere: { lesson: string; text: string } | undefined;
}

export interface HeatTaskView {
  key: string;
  title: string;
  /** How many are at it. */
  there: string;
  cells: readonly HeatCellView[];
}

export interface HeatCellView {
  key: string;
  condition: string;
  title: string;
  /** `11 of 24 are stuck on ratio; …` */
  said: string;
  /** The worst that the condition does to somebody. */
  kind: HeatKind | 'none';
  level: HeatLevel;
  marks: readonly { kind: HeatKind; count: number; share: number }[];
  filter: Filter;
}

/** Of those who are present: none, some, a tenth, a third. */
type HeatLevel = 0 | 1 | 2 | 3;
const heatSteps = { some: 0.1, many: 1 / 3 } as const;

const levelOf = (share: number): HeatLevel =>
  share === 0 ? 0 : share < heatSteps.some ? 1 : share < heatSteps.many ? 2 : 3;

/** `chosen`: a lesson that the instructor wants to see instead of the class's own. */
export function heatView(model: ClassModel, chosen: string | undefined, now: number, words: PageWords): HeatView {
  const { lessons, state } = model;
  const cards = [...model.cards.values()];
  const present = cards.filter(isPresent).length;
  const all = heatMapOf(cards, state, lessons, now);
  const own = currentLesson(model);
  const lesson = lessons.find(({ id }) => id === chosen) ?? own;
  const here = all.filter((cell) => cell.lesson === lesson?.id);
  return {
    choices: [
      { lesson: '', text: own ? words.heat.follow(own.step) : '' },
      ...lessons.map((one) => ({ lesson: one.id, text: choiceText(one, all, words) })),
    ],
    chosen: lessons.some(({ id }) => id === chosen) ? (chosen ?? '') : '',
    worst: worstText(here, present, words),
    tasks: (lesson?.tasks ?? []).flatMap(({ id, title }) => {
      const cells = here.filter(({ task }) => task === id);
      const there = cells[0]?.there ?? 0;
      return cells.length === 0
        ? []
        : {
            key: `${lesson?.id}/${id}`,
            title,
            there: there > 0 ? words.lead.there(there) : '',
            cells: cells.map((cell) => cellView(cell, present, words)),
          };
    }),
    elsewhere: elsewhereOf(lesson, lessons, all, words),
  };
}

const sum = (cells: readonly HeatCell[], of: (cell: HeatCell) => number): number =>
  cells.reduce((total, cell) => total + of(cell), 0);

function choiceText({ id, step, title }: OutlinedLesson, all: readonly HeatCell[], { heat }: PageWords): string {
  const held = sum(
    all.filter(({ lesson }) => lesson === id),
    heldBy,
  );
  return heat.choice(step, title, held);
}

function worstText(here: readonly HeatCell[], present: number, words: PageWords): string {
  const [worst] = worstOf(here);
  if (here.length === 0) return words.heat.noConditions;
  return worst ? (sentencesOf(worst, present, words)[0] ?? '') : words.heat.nobody;
}

function elsewhereOf(
  lesson: OutlinedLesson | undefined,
  lessons: readonly OutlinedLesson[],
  all: readonly HeatCell[],
  { heat }: PageWords,
): HeatView['elsewhere'] {
  const others = lessons
    .filter(({ id }) => id !== lesson?.id)
    .map((one) => {
      const cells = all.filter((cell) => cell.lesson === one.id);
      return { one, stuck: sum(cells, ({ stuck }) => stuck), held: sum(cells, heldBy) };
    })
    .filter(({ held }) => held > 0)
    .sort((a, b) => b.stuck - a.stuck || b.held - a.held);
  const [worst] = others;
  return worst && { lesson: worst.one.id, text: heat.elsewhere(worst.held, worst.one.step) };
}

function cellView(cell: HeatCell, present: number, words: PageWords): HeatCellView {
  const { lesson, task, condition, title } = cell;
  const counts: Readonly<Record<HeatKind, number>> = { stuck: cell.stuck, wrong: cell.wrong, 'not-yet': cell.notYet };
  const kind = heatKinds.find((one) => counts[one] > 0) ?? 'none';
  const sentences = sentencesOf(cell, present, words);
  const share = (count: number) => count / Math.max(1, present);
  return {
    key: `${lesson}/${task}/${condition}`,
    condition,
    title,
    said: sentences.length > 0 ? sentences.join('; ') : words.heat.free(condition),
    kind,
    level: kind === 'none' ? 0 : levelOf(share(counts[kind])),
    marks: heatKinds.flatMap((one) =>
      counts[one] > 0 ? [{ kind: one, count: counts[one], share: share(counts[one]) }] : [],
    ),
    filter: { type: 'condition', lesson, task, condition },
  };
}

function sentencesOf({ condition, stuck, wrong, notYet }: HeatCell, present: number, { heat }: PageWords): string[] {
  return [
    stuck > 0 ? heat.stuck(stuck, present, condition) : '',
    wrong > 0 ? heat.wrong(wrong, present, condition) : '',
    notYet > 0 ? heat.notYet(notYet, present, condition) : '',
  ].filter((sentence) => sentence !== '');
}
