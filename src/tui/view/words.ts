import type { CheckResult } from '../../check/check.ts';
import type { CommandEffect } from '../../lesson/lesson.ts';
import type { RunEnd } from '../../platform/run-end.ts';
import type { Notice } from '../../session/notice.ts';
import type { NextStep, Proposal, SessionState } from '../../session/state.ts';
import type { Words } from '../../words/en.ts';
import type { Glyphs, Role } from './theme.ts';

/** Marks and roles for what the session says, beside its words in the catalogue. A mark never stands without its word. */

export const effectRoles: Readonly<Record<CommandEffect, Role>> = {
  reads: 'good',
  changes: 'warn',
  deletes: 'bad',
  cloud: 'info',
};

export function effectMark(effect: CommandEffect, glyphs: Glyphs): string {
  const marks = glyphs.ascii
    ? { reads: 'o', changes: '*', deletes: '!', cloud: '$' }
    : { reads: '○', changes: '●', deletes: '▲', cloud: '◆' };
  return marks[effect];
}

export interface ResultWords {
  mark: string;
  word: string;
  role: Role;
}

export function resultWords(result: CheckResult | undefined, glyphs: Glyphs, words: Words): ResultWords {
  const { results } = words.session;
  switch (result?.status) {
    case 'passed':
      return { mark: glyphs.passed, word: results.passed, role: 'good' };
    case 'not-yet':
      return { mark: glyphs.notYet, word: results.notYet, role: 'warn' };
    case 'wrong':
      return { mark: glyphs.wrong, word: results.wrong, role: 'bad' };
    case 'unknown':
      return { mark: glyphs.unknown, word: results.unknown, role: 'info' };
    case undefined:
      return { mark: glyphs.waiting, word: results.open, role: 'dim' };
  }
}

export function endWords(end: RunEnd, words: Words): { text: string; role: Role } {
  const { ends } = words.session;
  switch (end.type) {
    case 'exited':
      return end.code === 0 ? { text: ends.done, role: 'good' } : { text: ends.exited(end.code), role: 'bad' };
    case 'signalled':
      return { text: ends.signalled(end.signal), role: 'warn' };
    case 'timed-out':
      return { text: ends.timedOut(duration(end.afterMs, words)), role: 'warn' };
    case 'cancelled':
      return { text: ends.cancelled, role: 'warn' };
    case 'not-started':
      return { text: ends.notStarted, role: 'bad' };
  }
}

export function noticeWords(notice: Notice, { notice: words, wayBack }: Words): string {
  switch (notice.type) {
    case 'still-running':
      return words.stillRunning;
    case 'needs-a-yes':
      return words.needsYes;
    case 'nothing-to-verify':
      return words.nothingToVerify;
    case 'no-hints':
      return words.noHints;
    case 'last-hint':
      return words.lastHint;
    case 'not-it':
      return words.notIt;
    case 'choose-first':
      return words.chooseFirst;
    case 'not-optional':
      return words.notOptional;
    case 'no-such-task':
      return words.noSuchTask;
    case 'there-anyway':
      return words.thereAnyway;
    case 'made-before':
      return words.madeBefore;
    case 'could-not-tell':
      return words.couldNotTell(notice.reason ?? words.notLookedAt);
    case 'background-ended':
      return notice.lastLine ? words.endedSaying(notice.command, notice.lastLine) : words.ended(notice.command);
    case 'not-saved':
      return [words.notSaved(notice.what), ...notice.next].join(' ');
    case 'no-way-back':
      return wayBack.cannotUndo(notice.what);
    case 'said':
    case 'under-way':
      return notice.sentence;
  }
}

export function duration(ms: number, { session }: Words): string {
  if (ms < 950) return session.seconds(ms / 1000, 1);
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? session.seconds(seconds, 0) : session.minutes(Math.floor(seconds / 60), seconds % 60);
}

export function nextOf(session: SessionState): NextStep | undefined {
  return 'next' in session ? session.next : undefined;
}

/** The command that is on the card, or that Enter would put there. */
export function proposalOf(session: SessionState): Proposal | undefined {
  const next = nextOf(session);
  return session.status === 'confirming' ? session.proposal : next?.type === 'run' ? next.proposal : undefined;
}

/** The address of a page on this machine that a text names, to be opened in a browser. */
export function pageIn(markdown: string): string | undefined {
  return /https?:\/\/(?:localhost|127\.0\.0\.1):\d+[\w./?=&%-]*/.exec(markdown)?.[0].replace(/[.]+$/, '');
}
