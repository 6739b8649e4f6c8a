import type { Words } from '../../words/en.ts';
import { bare } from './foreign-text.ts';

/** What a shared state holds and what it does not, as its owner should know it before. Pure. */
export interface StateFacts {
  objects: number;
  namespaces: readonly string[];
  /** What was emptied: `secret bookbuyer/login: password`. */
  leftOut: readonly string[];
}

export function stateFacts({ objects, namespaces, leftOut }: StateFacts, { sharedState }: Words): string[] {
  return [
    sharedState.sandbox(objects, namespaces.length),
    sharedState.progress,
    sharedState.without,
    ...leftOut.map((what) => sharedState.emptied(bare(what))),
  ];
}
