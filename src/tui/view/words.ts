import type { CheckResult } from '../../check/check.ts';
import type { CommandEffect } from '../../lesson/lesson.ts';
import type { RunEnd } from '../../platform/run-end.ts';
import type { NextStep, SessionState } from '../../session/state.ts';
import type { WorldKind } from '../../world/world.ts';
import type { Glyphs, Role } from './theme.ts';

/** Words and marks for what the session says. A mark never stands without its word. */

export const effectWords: Readonly<Record<CommandEffect, { word: string; sentence: string; role: Role }>> = {
  reads: { word: 'reads', sentence: 'only looks, changes nothing', role: 'good' },
  changes: { word: 'changes', sentence: 'changes things', role: 'warn' },
  deletes: { word: 'deletes', sentence: 'deletes things', role: 'bad' },
  cloud: { word: 'cloud', sentence: 'creates or removes cloud resources', role: 'info' },
};

/** Where a command runs, for its card; the header and the card that asks say it in full. */
export const placeWords: Readonly<Record<WorldKind, string>> = {
  sandbox: 'in the sandbox',
  aks: 'on AKS',
  cluster: 'in your cluster',
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

export function resultWords(result: CheckResult | undefined, glyphs: Glyphs): ResultWords {
  switch (result?.status) {
    case 'passed':
      return { mark: glyphs.passed, word: 'passed', role: 'good' };
    case 'not-yet':
      return { mark: glyphs.notYet, word: 'not yet', role: 'warn' };
    case 'wrong':
      return { mark: glyphs.wrong, word: 'wrong', role: 'bad' };
    case 'unknown':
      return { mark: glyphs.unknown, word: 'could not tell', role: 'info' };
    case undefined:
      return { mark: glyphs.waiting, word: 'to do', role: 'dim' };
  }
}

export function endWords(end: RunEnd): { text: string; role: Role } {
  switch (end.type) {
    case 'exited':
      return end.code === 0
        ? { text: 'done, exit code 0', role: 'good' }
        : { text: `exit code ${end.code}`, role: 'bad' };
    case 'signalled':
      return { text: `ended by ${end.signal}`, role: 'warn' };
    case 'timed-out':
      return { text: `stopped after ${duration(end.afterMs)}: too long`, role: 'warn' };
    case 'cancelled':
      return { text: 'interrupted', role: 'warn' };
    case 'not-started':
      return { text: 'did not start', role: 'bad' };
  }
}

export function duration(ms: number): string {
  if (ms < 950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export function nextOf(session: SessionState): NextStep | undefined {
  return 'next' in session ? session.next : undefined;
}

export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The address of a page on this machine that a text names, to be opened in a browser. */
export function pageIn(markdown: string): string | undefined {
  return /https?:\/\/(?:localhost|127\.0\.0\.1):\d+[\w./?=&%-]*/.exec(markdown)?.[0].replace(/[.]+$/, '');
}
