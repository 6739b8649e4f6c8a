import type { EdgeState, TrafficEdge, TrafficNode } from '../../../check/traffic/graph.ts';
import type { Words } from '../../../words/en.ts';
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
export function rateWords({ perSecond, unit, open }: TrafficEdge, { traffic }: Words): string {
  if (unit === 'connections' && perSecond === 0 && open > 0) return traffic.open(open);
  return traffic.rate(perSecond, perSecond >= 100 ? 0 : 1);
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

/** What became of the requests, the worst first: `403`, `refused`, `12 % 5xx`. Empty when all went well. */
export function resultWords({ answers, perSecond, state, retriesPerSecond }: TrafficEdge, { traffic }: Words): string {
  if (state === 'idle') return traffic.idle;
  const of = (count: number, name: string) =>
    count <= 0
      ? []
      : [count >= perSecond * 0.995 ? name : traffic.percentOf(Math.round((100 * count) / perSecond), name)];
  const parts = [
    ...of(answers.refused, traffic.refused),
    ...of(answers.forbidden, '403'),
    ...of(answers.serverErrors, '5xx'),
    ...of(answers.otherClientErrors, '4xx'),
    ...(retriesPerSecond > 0 ? [traffic.retried(retriesPerSecond)] : []),
  ];
  return parts.join(', ');
}

/** `52 %, wanted 50`: the share that the sidecars counted, and the TrafficSplit's weight. */
export function shareWords({ share }: TrafficEdge, { traffic }: Words): string {
  if (!share) return '';
  const wanted = Math.round(share.weight * 100);
  return share.now === undefined ? traffic.wanted(wanted) : traffic.shareWanted(Math.round(share.now * 100), wanted);
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

export function nodeDetail(node: TrafficNode, withIdentity: boolean, { traffic }: Words): string {
  switch (node.type) {
    case 'workload': {
      const { pods, ready, sidecars, identity } = node.workload;
      if (withIdentity) return identity;
      const bare = pods - sidecars;
      return [traffic.ready(ready, pods), bare > 0 ? traffic.withoutSidecar(bare) : ''].filter(Boolean).join(', ');
    }
    case 'service':
      return node.isSplit ? traffic.split : traffic.service;
    case 'outside':
      return traffic.outside;
  }
}
