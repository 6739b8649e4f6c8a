import { stringify } from 'yaml';
import { sameJson } from '../../kube/json-value.ts';
import { type Change, type Changes, titleOf } from './change.ts';
import { type DiffLine, diffLines, hunks } from './line-diff.ts';
import type { Thing } from './thing.ts';

/** Compares two moments of a world, thing by thing. Knows neither worlds nor lessons. */
/** Of one thing; a CustomResourceDefinition alone has thousands. */
const mostLines = 120;
const mostWidth = 160;

const order: Readonly<Record<Change['type'], number>> = { created: 0, changed: 1, replaced: 2, deleted: 3 };

export function changesBetween(before: readonly Thing[], after: readonly Thing[]): Changes {
  const old = new Map(before.map((thing) => [keyOf(thing), thing]));
  const now = new Map(after.map((thing) => [keyOf(thing), thing]));
  const clusters = { was: clustersOf(before), is: clustersOf(after) };
  const list: Change[] = [];
  const counts = new Map<string, number>();
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    const pair = { was: old.get(key), is: now.get(key) };
    const { kind = '', madeBy, cluster } = pair.is ?? pair.was ?? {};
    // A cluster comes and goes with all that is in it; only the cluster is told then.
    const isApart = cluster !== undefined && clusters.was.has(cluster) !== clusters.is.has(cluster);
    if (madeBy !== undefined || isApart) {
      if (isDifferent(pair)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    } else {
      const change = changeOf(pair);
      if (change) list.push(change);
    }
  }
  list.sort((left, right) => order[left.type] - order[right.type] || compare(titleOf(left), titleOf(right)));
  const alongside = [...counts].map(([kind, count]) => ({ kind, count }));
  return { list, alongside: alongside.sort((left, right) => compare(left.kind, right.kind)) };
}

interface Pair {
  was: Thing | undefined;
  is: Thing | undefined;
}

const clustersOf = (things: readonly Thing[]): ReadonlySet<string | undefined> =>
  new Set(things.map(({ cluster }) => cluster));

const keyOf = ({ cluster = '', apiVersion, kind, namespace = '', name }: Thing): string =>
  [cluster, apiVersion.includes('/') ? apiVersion.split('/')[0] : '', kind, namespace, name].join('|');

const isDifferent = ({ was, is }: Pair): boolean => !was || !is || was.uid !== is.uid || !sameJson(was.value, is.value);

function changeOf({ was, is }: Pair): Change | undefined {
  if (!is)
    return (
      was &&
      named(
        'deleted',
        was,
        toLines(was).map((text) => ({ type: 'removed', text })),
      )
    );
  if (!was)
    return named(
      'created',
      is,
      toLines(is, is.asked).map((text) => ({ type: 'added', text })),
    );
  if (was.uid === is.uid && sameJson(was.value, is.value)) return undefined;
  const lines = hunks(diffLines(toLines(was), toLines(is)));
  return named(was.uid === is.uid ? 'changed' : 'replaced', is, lines);
}

function named(type: Change['type'], { kind, namespace, name }: Thing, lines: readonly DiffLine[]): Change {
  const shown = lines.slice(0, mostLines).map((line) => ({ ...line, text: cut(line.text) }));
  return { type, kind, namespace, name, lines: shown, more: lines.length - shown.length };
}

function toLines(thing: Thing, value: unknown = thing.value): string[] {
  const shown = value ?? thing.value;
  if (typeof shown === 'string') return shown.replace(/\n$/, '').split('\n');
  return stringify(shown, { lineWidth: 0, aliasDuplicateObjects: false, sortMapEntries: true }).trimEnd().split('\n');
}

/** Certificates and the like are one endless line. */
const cut = (text: string): string =>
  text.length <= mostWidth ? text : `${text.slice(0, mostWidth)}… (${text.length} characters)`;

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
