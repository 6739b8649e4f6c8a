import type { EdgeState, TrafficEdge, TrafficNode } from '../../../check/traffic/graph.ts';
import type { Glyphs, Role } from '../theme.ts';

/** What an edge says of itself: never by colour alone, and in the same words in every layout. */

const roles: Record<EdgeState, Role> = {
  idle: 'dim',
  flowing: 'good',
  'partly-failing': 'warn',
  failing: 'warn',
  denied: 'bad',
};

export const edgeRole = ({ state }: TrafficEdge): Role => roles[state];

/** `12.5/s`, `0.3/s`; three digits are enough for a screen. */
export function rateWords({ perSecond, unit, open }: TrafficEdge): string {
  if (unit === 'connections' && perSecond === 0 && open > 0) return `${open} open`;
  return `${perSecond >= 100 ? Math.round(perSecond) : perSecond.toFixed(1)}/s`;
}

export function edgeMark({ state }: TrafficEdge, glyphs: Glyphs): string {
  switch (state) {
    case 'flowing':
      return glyphs.passed;
    case 'idle':
      return glyphs.waiting;
    case 'partly-failing':
    case 'failing':
      return '!';
    case 'denied':
      return glyphs.wrong;
  }
}

const percent = (part: number, whole: number): string => `${Math.round((100 * part) / whole)} %`;

/** What became of the requests, the worst first: `403`, `refused`, `12 % 5xx`. Empty when all went well. */
export function resultWords({ answers, perSecond, state, retriesPerSecond }: TrafficEdge): string {
  if (state === 'idle') return 'idle';
  const of = (count: number, name: string) =>
    count <= 0 ? [] : [count >= perSecond * 0.995 ? name : `${percent(count, perSecond)} ${name}`];
  const words = [
    ...of(answers.refused, 'refused'),
    ...of(answers.forbidden, '403'),
    ...of(answers.serverErrors, '5xx'),
    ...of(answers.otherClientErrors, '4xx'),
    ...(retriesPerSecond > 0 ? [`${retriesPerSecond.toFixed(1)}/s retried`] : []),
  ];
  return words.join(', ');
}

/** `52 %, wanted 50`: the share that the sidecars counted, and the TrafficSplit's weight. */
export function shareWords({ share }: TrafficEdge): string {
  if (!share) return '';
  const wanted = Math.round(share.weight * 100);
  return share.now === undefined ? `wanted ${wanted} %` : `${Math.round(share.now * 100)} %, wanted ${wanted}`;
}

/** `bookstore/bookstore` says its word once. */
export function shortName(name: string): string {
  const [namespace, own] = name.split('/');
  return own === undefined || own === namespace ? (own ?? name) : `${namespace}/${own}`;
}

export function nodeTitle(node: TrafficNode): string {
  switch (node.type) {
    case 'workload':
      return shortName(node.id);
    case 'service':
      return shortName(node.service);
    case 'outside':
      return node.id;
  }
}

export function nodeDetail(node: TrafficNode, withIdentity: boolean): string {
  switch (node.type) {
    case 'workload': {
      const { pods, ready, sidecars, identity } = node.workload;
      if (withIdentity) return identity;
      const bare = pods - sidecars;
      return `${ready}/${pods} ready${bare > 0 ? `, ${bare} without sidecar` : ''}`;
    }
    case 'service':
      return node.isSplit ? 'traffic split' : 'Service';
    case 'outside':
      return 'plain, not counted by name';
  }
}
