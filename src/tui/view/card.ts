import type { Command, Question } from '../../lesson/lesson.ts';
import type { CardForesight, ConditionReport, Proposal, TaskProgress } from '../../session/state.ts';
import type { Words } from '../../words/en.ts';
import type { WorldKind } from '../../world/world.ts';
import { bare } from './foreign-text.ts';
import { foresightLines, shortened } from './foresight-lines.ts';
import { highlight } from './highlight.ts';
import { type Line, lineWidth, type Span, span, truncate, wrap, wrapCode } from './spans.ts';
import type { Glyphs, Role } from './theme.ts';
import { effectMark, effectRoles } from './words.ts';

/** Boxes inside the lesson: a command with its effect and world, a question with its choices. */

export interface Box {
  title: Line;
  /** At the right end of the top edge. */
  aside: Line;
  body: readonly Line[];
  foot: Line;
  role: Role;
}

function edge(
  left: Line,
  right: Line,
  width: number,
  corners: readonly [string, string],
  box: Box,
  glyphs: Glyphs,
): Line {
  const bar = glyphs.horizontal;
  const rightPart: Span[] = right.length > 0 ? [span(' ', box.role), ...right, span(` ${bar}`, box.role)] : [];
  const room = width - 2 - lineWidth(rightPart);
  const leftPart: Span[] =
    left.length > 0 ? [span(`${bar} `, box.role), ...truncate(left, room - 3), span(' ', box.role)] : [];
  const fill = Math.max(0, room - lineWidth(leftPart));
  return [
    span(corners[0], box.role),
    ...leftPart,
    span(bar.repeat(fill), box.role),
    ...rightPart,
    span(corners[1], box.role),
  ];
}

export function boxLines(box: Box, width: number, glyphs: Glyphs): Line[] {
  const [topLeft, topRight, bottomLeft, bottomRight] = glyphs.corners;
  const inner = width - 4;
  return [
    edge(box.title, box.aside, width, [topLeft, topRight], box, glyphs),
    ...box.body.map((line) => {
      const cut = truncate(line, inner);
      return [
        span(`${glyphs.vertical} `, box.role),
        ...cut,
        span(' '.repeat(Math.max(0, inner - lineWidth(cut)) + 1)),
        span(glyphs.vertical, box.role),
      ];
    }),
    edge(box.foot, [], width, [bottomLeft, bottomRight], box, glyphs),
  ];
}

/** Exactly what runs, in the colours of the shell; nothing is left out. */
export function scriptLines(script: string, width: number): Line[] {
  return highlight(script.replace(/\n+$/, ''), 'bash').flatMap((line, index) => {
    const prompt = [span(index === 0 ? '$ ' : '  ', 'accent')];
    return wrapCode(line, width, prompt, [span('    ')]);
  });
}

/** The command once more for PowerShell, to be typed and not run from here. */
export function twinLines(twin: string, { width, words }: Pick<CardInk, 'width' | 'words'>): Line[] {
  const lines = highlight(twin, 'powershell').flatMap((line, index) =>
    wrapCode(line, width, [span(index === 0 ? '  PS> ' : '  >>  ', 'dim')], [span('        ')]),
  );
  return [[span(`  ${words.card.twin}`, 'dim')], ...lines];
}

export type CardState = 'next' | 'asks' | 'asked' | 'running' | 'done' | 'skipped' | 'later';

function stateWords(state: CardState, { card }: Words): { word: string; role: Role } {
  switch (state) {
    case 'next':
      return { word: card.enterRuns, role: 'accent' };
    case 'asks':
      // What deletes or costs money asks once more.
      return { word: card.enterAsks, role: 'accent' };
    case 'asked':
      return { word: card.runIt, role: 'warn' };
    case 'running':
      return { word: card.running, role: 'warn' };
    case 'done':
      return { word: card.done, role: 'good' };
    case 'skipped':
      return { word: card.leftOut, role: 'dim' };
    case 'later':
      return { word: card.later, role: 'dim' };
  }
}

/** Enter is about this card. */
export const isDue = (state: CardState): boolean => state === 'next' || state === 'asks' || state === 'asked';

export interface CardInk {
  width: number;
  glyphs: Glyphs;
  words: Words;
}

export interface CommandCard {
  command: Command;
  /** What is on the card now: the lesson's text, or the learner's edit. */
  proposal: Proposal;
  state: CardState;
  world: WorldKind;
  /** What it would change, where Enter is about this card. */
  foresight?: CardForesight | undefined;
}

export function commandCard(card: CommandCard, { width, glyphs, words }: CardInk): Line[] {
  const { command, proposal, state } = card;
  const effect = words.session.effects[command.effect].word;
  const stands = stateWords(state, words);
  const mark = state === 'done' ? `${glyphs.passed} ` : isDue(state) ? `${glyphs.pointer} ` : '';
  const remarks = [
    command.optional ? words.card.optional : '',
    command.background ? words.card.background : '',
    command.interactive ? words.card.interactive : '',
    proposal.edited ? words.card.edited : '',
  ].filter(Boolean);
  const kind = span(`${effectMark(command.effect, glyphs)} ${effect}`, effectRoles[command.effect]);
  const aside = [span(`${mark}${stands.word}`, stands.role)];
  const title = [kind, span(` ${words.session.places[card.world]}`, 'dim')];
  // Where both do not fit, the header says which world it is. Corners, bars and blanks around the two take 9 columns.
  const isTight = lineWidth(title) + lineWidth(aside) + 9 > width;
  return boxLines(
    {
      title: isTight ? [kind] : title,
      aside,
      body: [...scriptLines(proposal.script, width - 4), ...foreseenRows(card, { width: width - 4, glyphs, words })],
      foot: remarks.length > 0 ? [span(remarks.join(` ${glyphs.dot} `), 'dim')] : [],
      role: isDue(state) ? 'accent' : 'rule',
    },
    width,
    glyphs,
  );
}

/** Rows on the card; all of them are behind a key. */
const mostForeseen = 6;

function foreseenRows({ foresight }: CommandCard, ink: CardInk): readonly Line[] {
  if (!foresight || foresight.status === 'waiting') return [];
  return [[], ...shortened(foresightLines(foresight, ink), mostForeseen, ink.words)];
}

export interface QuestionCard {
  question: Question;
  given: TaskProgress['answers'][string] | undefined;
  /** The choice marked but not sent. */
  marked: string | undefined;
  due: boolean;
  /** The condition that shows what really happened, once it holds. */
  shownBy?: ConditionReport | undefined;
}

export const choiceKeys: readonly string[] = ['a', 'b', 'c', 'd'];

function choiceLines(card: QuestionCard, width: number, glyphs: Glyphs): Line[] {
  const { question, given, marked, due } = card;
  const chosen = due ? (marked ?? given?.choice) : given?.choice;
  return question.choices.flatMap((choice, index) => {
    const isChosen = choice.id === chosen;
    const isShownRight = given?.shown === true && choice.id === question.answer;
    const key = `${choiceKeys[index] ?? index + 1}`;
    const mark = isShownRight ? glyphs.passed : isChosen ? glyphs.pointer : ' ';
    const role: Role = isShownRight ? 'good' : isChosen ? 'accent' : 'text';
    const first = [span(`${mark} `, role), span(`${key}  `, due ? 'key' : 'dim')];
    return wrap([span(choice.text, role === 'text' && !due && given ? 'dim' : role)], width, first, [span('     ')]);
  });
}

const verdictWord = (choice: string, isRight: boolean, { card }: Words): string =>
  choice === '' ? '' : `${isRight ? card.right : card.notQuite} `;

function happened(report: ConditionReport | undefined, width: number, { card }: Words): Line[] {
  if (report?.result?.status !== 'passed') return [];
  return wrap([span(card.happened(bare(report.title), bare(report.result.saw)), 'info')], width);
}

export function questionCard(card: QuestionCard, { width, glyphs, words }: CardInk): Line[] {
  const { question, given, due } = card;
  const inner = width - 4;
  const right = given?.choice === question.answer;
  const verdict: Line[] = given?.shown
    ? [
        [],
        ...wrap(
          [span(verdictWord(given.choice, right, words), right ? 'good' : 'warn'), span(question.explain)],
          inner,
        ),
        ...happened(card.shownBy, inner, words),
      ]
    : [];
  const state = due
    ? span(words.card.yourTurn, 'accent')
    : given?.shown
      ? span(right ? `${glyphs.passed} ${words.card.isRight}` : words.card.answered, right ? 'good' : 'dim')
      : given && given.choice !== ''
        ? span(words.card.youWillSee, 'warn')
        : span(given ? words.card.passedOver : words.card.later, 'dim');
  const last = question.choices.length <= choiceKeys.length ? choiceKeys[question.choices.length - 1] : undefined;
  const first = last ? 'a' : '1';
  return boxLines(
    {
      title: [span(question.mode === 'predict' ? words.card.expectation : words.card.question, 'info')],
      aside: [state],
      body: [...wrap([span(question.question, 'strong')], inner), ...choiceLines(card, inner, glyphs), ...verdict],
      foot: due ? [span(words.card.choose(first, last ?? `${question.choices.length}`), 'dim')] : [],
      role: due ? 'accent' : 'rule',
    },
    width,
    glyphs,
  );
}
