import type { DiffLine } from './line-diff.ts';

/** What is different in a world between two moments, thing by thing. Knows neither worlds nor lessons. */
export interface Change {
  /** `replaced`: deleted, and another one made under its name. */
  type: 'created' | 'changed' | 'deleted' | 'replaced';
  kind: string;
  namespace: string | undefined;
  name: string;
  lines: readonly DiffLine[];
  /** Lines that are not among `lines`, because there are too many. */
  more: number;
}

export interface Changes {
  list: readonly Change[];
  /** What came along with it, by kind, only counted: of controllers, and in clusters that came or went whole. */
  alongside: readonly { kind: string; count: number }[];
}

export const noChanges: Changes = { list: [], alongside: [] };

/** `Deployment bookstore/bookstore-v2`, as kubectl's users write it. */
export const titleOf = ({ kind, namespace, name }: Pick<Change, 'kind' | 'namespace' | 'name'>): string =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
