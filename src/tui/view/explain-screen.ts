import type { Link } from '../../check/explain/chain.ts';
import { type Call, callName, type ExplainedCall } from '../../check/explain/subject.ts';
import type { ConditionReport, SessionState } from '../../session/state.ts';
import type { Words } from '../../words/en.ts';
import { scriptLines } from './card.ts';
import { bare } from './foreign-text.ts';
import { foresightLines } from './foresight-lines.ts';
import { emptyLine, type Line, span, widthOf, wrap } from './spans.ts';
import type { Glyphs, Role } from './theme.ts';
import { nextOf, resultWords } from './words.ts';

/** The answer to "why": conditions that do not hold, requests link by link, and what shows each. Pure. */
export type About =
  /** All conditions of the check that do not hold. */
  | { type: 'check' }
  /** What the command on the card would change. */
  | { type: 'card' }
  | { type: 'call'; call: Call };

/** A subject that somebody must look at, by the name under which the answer is kept. */
export type ExplainSubject = { condition: string } | { call: Call };

export type Explained =
  | { status: 'looking' }
  | { status: 'found'; explained: ExplainedCall }
  /** A condition about no traffic: its own words are all there is. */
  | { status: 'no-call' }
  | { status: 'trouble'; why: string };

export const subjectKey = (subject: ExplainSubject): string =>
  'condition' in subject ? `condition ${subject.condition}` : `call ${callName(subject.call)}`;

/** Conditions that were looked at and do not hold. */
export const failedConditions = ({ progress }: SessionState): readonly ConditionReport[] =>
  progress.conditions.filter(({ result }) => result !== undefined && result.status !== 'passed');

/** What `x` is about at this moment. */
export function aboutNow(session: SessionState): About | undefined {
  const isCardDue = nextOf(session)?.type === 'run' && session.foresight && session.foresight.status !== 'waiting';
  if (session.status !== 'failed' && isCardDue) return { type: 'card' };
  if (failedConditions(session).length > 0) return { type: 'check' };
  return isCardDue ? { type: 'card' } : undefined;
}

export function subjectsOf(about: About, session: SessionState): ExplainSubject[] {
  switch (about.type) {
    case 'check':
      return failedConditions(session).map(({ id }) => ({ condition: id }));
    case 'call':
      return [{ call: about.call }];
    case 'card':
      return [];
  }
}

export interface ExplainInk {
  width: number;
  glyphs: Glyphs;
  words: Words;
  explained: ReadonlyMap<string, Explained>;
}

export const explainTitle = (about: About, { explain }: Words): string =>
  about.type === 'card' ? explain.cardTitle : explain.title;

export function explainLines(about: About, session: SessionState, ink: ExplainInk): Line[] {
  switch (about.type) {
    case 'card':
      return cardLines(session, ink);
    case 'call':
      return callLines(ink.explained.get(subjectKey({ call: about.call })), ink);
    case 'check':
      return failedConditions(session).flatMap((report, index) => [
        ...(index > 0 ? [emptyLine] : []),
        ...conditionLines(report, ink),
      ]);
  }
}

function cardLines(session: SessionState, ink: ExplainInk): Line[] {
  const next = nextOf(session);
  if (next?.type !== 'run' || !session.foresight) return wrap([span(ink.words.explain.nothing)], ink.width);
  return [...scriptLines(next.proposal.script, ink.width), emptyLine, ...foresightLines(session.foresight, ink)];
}

/** `wanted   the text`, in a column as wide as the longest name. */
function named(name: string, text: string, ink: ExplainInk, role: Role = 'text', indent = 2): Line[] {
  const { wanted, seen, where, shownBy, toMend } = ink.words.explain;
  const width = Math.max(...[wanted, seen, where, shownBy, toMend].map(widthOf)) + 2;
  const first = [span(' '.repeat(indent)), span(`${name}${' '.repeat(width - widthOf(name))}`, 'dim')];
  return wrap([span(bare(text), role)], ink.width, first, [span(' '.repeat(indent + width))]);
}

function conditionLines(report: ConditionReport, ink: ExplainInk): Line[] {
  const { words, glyphs, width } = ink;
  const { result } = report;
  const { mark, word, role } = resultWords(result, glyphs, words);
  const head = wrap(
    [span(bare(report.title), 'strong'), span(` ${glyphs.dash} ${word}`, role)],
    width,
    [span(`${mark} `, role)],
    [span('  ')],
  );
  const { explain } = words;
  const isJudged = result?.status === 'wrong' || result?.status === 'not-yet';
  return [
    ...head,
    ...(isJudged ? wrap([span(bare(report.why))], width, [span('  ')]) : []),
    ...(result?.status === 'unknown' ? wrap([span(bare(result.reason), 'info')], width, [span('  ')]) : []),
    ...(result?.status === 'wrong' && result.on ? named(explain.where, result.on, ink) : []),
    ...(isJudged ? named(explain.wanted, result.expected, ink) : []),
    ...(isJudged ? named(explain.seen, result.saw, ink, role) : []),
    ...(result && 'tryThis' in result && result.tryThis ? named(explain.shownBy, result.tryThis, ink, 'code') : []),
    ...callLines(ink.explained.get(subjectKey({ condition: report.id })), ink),
  ];
}

function callLines(state: Explained | undefined, ink: ExplainInk): Line[] {
  const { explain } = ink.words;
  switch (state?.status) {
    case undefined:
    case 'no-call':
      return [];
    case 'looking':
      return [emptyLine, [span(`${ink.glyphs.notYet} ${explain.looking}`, 'dim')]];
    case 'trouble':
      return [emptyLine, ...wrap([span(explain.couldNotLook(bare(state.why)), 'info')], ink.width)];
    case 'found':
      return [emptyLine, ...chainLines(state.explained, ink)];
  }
}

function chainLines({ question, isSeen, explanation }: ExplainedCall, ink: ExplainInk): Line[] {
  const { explain } = ink.words;
  const { from, to, method, path } = question;
  const request = `${method} ${path}`;
  const width = Math.max(...explanation.links.map(({ title }) => title.length));
  return [
    [span(bare(explain.request(`${from.namespace}/${from.name}`, `${to.namespace}/${to.name}`)), 'heading')],
    ...wrap([span(bare(isSeen ? explain.seenLast(request) : explain.notSeen(request)), 'dim')], ink.width),
    ...explanation.links.flatMap((link) => linkLines(link, width, ink)),
    ...wrap([span(bare(outcomeWords(explanation.outcome, ink.words)), 'strong')], ink.width),
  ];
}

const linkRoles: Readonly<Record<Link['status'], Role>> = { holds: 'good', breaks: 'bad', 'not-known': 'info' };

function linkLines({ title, status, says, command, fix }: Link, width: number, ink: ExplainInk): Line[] {
  const { glyphs, words } = ink;
  const mark = { holds: glyphs.passed, breaks: glyphs.wrong, 'not-known': glyphs.unknown }[status];
  const role = linkRoles[status];
  // Side by side with the title only where that leaves room to read.
  const indent = ink.width >= 3 * (width + 4) ? width + 4 : 4;
  const first = [span(`${mark} ${title.padEnd(width)}  `, role)];
  const blank = [span(' '.repeat(indent))];
  const told =
    indent === 4
      ? [[span(`${mark} ${title}`, role)], ...wrap([span(bare(says))], ink.width, blank)]
      : wrap([span(bare(says))], ink.width, first, blank);
  const mend = fix && [fix.object, fix.field].filter(Boolean).join(', ');
  return [
    ...told,
    ...named(words.explain.shownBy, command, ink, status === 'holds' ? 'dim' : 'code', indent),
    ...(fix ? named(words.explain.toMend, `${mend}: ${fix.change}`, ink, 'strong', indent) : []),
  ];
}

export function outcomeWords(outcome: ExplainedCall['explanation']['outcome'], { explain }: Words): string {
  switch (outcome.type) {
    case 'reaches-application':
      return explain.reaches;
    case 'answer':
    case 'no-answer':
      return explain.sees(outcome.sees);
    case 'not-known':
      return explain.notKnown;
  }
}
