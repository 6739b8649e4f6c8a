import type { NamespacedName } from '../spec-fields.ts';
import type { Evidence, Party } from './evidence.ts';
import type { ChainFacts, VirtualHostFacts } from './proxy-facts.ts';

/** The words of an explanation: what was asked, its links, and what one would change. Plain data. */
export interface Question {
  from: NamespacedName;
  to: NamespacedName;
  /** Of the Service; its only or first one when left out. */
  port: number | undefined;
  method: string;
  /** With or without a query. */
  path: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
}

export interface Fix {
  /** `TrafficTarget bookstore/bookbuyer`; it may have to be created. */
  object: string;
  /** Dotted; empty where the object itself is missing. */
  field: string;
  change: string;
}

/** Why something is as it is, and which object and field would make it otherwise. */
export interface Reason {
  says: string;
  fix: Fix;
}

export interface Link {
  title: string;
  /** `not-known` is where the evidence ends. */
  status: 'holds' | 'breaks' | 'not-known';
  says: string;
  /** Shows the evidence. */
  command: string;
  fix?: Fix;
}

/** How a client sees the end: curl's exit code where there is no answer. */
export type Outcome =
  | { type: 'reaches-application' }
  | { type: 'answer'; status: number; sees: string }
  | { type: 'no-answer'; curl: number; sees: string }
  | { type: 'not-known'; because: string };

export interface Explanation {
  links: readonly Link[];
  outcome: Outcome;
}

/** One link examined: the chain goes on, or ends here. */
export type Step = { link: Link; outcome?: Outcome };

/** What all links look at. */
export interface Case {
  question: Question;
  evidence: Evidence;
  port: number;
  /** `<service account>.<namespace>.cluster.local` of the caller. */
  principal: string;
  account: NamespacedName;
  monitored: ReadonlySet<string>;
}

const trustDomain = 'cluster.local';
const monitoredLabel = 'openservicemesh.io/monitored-by';

export function caseOf(question: Question, evidence: Evidence): Case {
  const { pod } = evidence.client;
  const namespace = pod.metadata.namespace ?? 'default';
  const name = pod.spec.serviceAccountName ?? 'default';
  const monitored = evidence.namespaces
    .filter(({ metadata }) => metadata.labels?.[monitoredLabel] !== undefined)
    .map(({ metadata }) => metadata.name ?? '');
  return {
    question,
    evidence,
    port: question.port ?? evidence.service?.spec.ports?.[0]?.port ?? 80,
    principal: `${name}.${namespace}.${trustDomain}`,
    account: { namespace, name },
    monitored: new Set(monitored),
  };
}

export const reset: Outcome = { type: 'no-answer', curl: 56, sees: 'the connection is reset (curl: 56)' };
export const refused: Outcome = { type: 'no-answer', curl: 7, sees: 'the connection is refused (curl: 7)' };
export const emptyReply: Outcome = {
  type: 'no-answer',
  curl: 52,
  sees: 'the connection is closed without an answer (curl: 52)',
};
export const noSuchName: Outcome = { type: 'no-answer', curl: 6, sees: 'the name does not resolve (curl: 6)' };
export const answer = (status: number, words: string): Outcome => ({
  type: 'answer',
  status,
  sees: `status ${status}${words ? `, ${words}` : ''}`,
});

export const serviceName = ({ question: { to } }: Case): string => `${to.namespace}/${to.name}`;
export const podName = ({ pod }: Party): string => `${pod.metadata.namespace}/${pod.metadata.name}`;
export const proxyCommand = ({ pod }: Party, page: string): string =>
  `osm proxy get ${page} ${pod.metadata.name} -n ${pod.metadata.namespace}`;

/** The caller's chain for the Service and port: `outbound_bookstore/bookstore_14001_http`. */
export function outboundChain(one: Case): ChainFacts | undefined {
  const start = `outbound_${serviceName(one)}_${one.port}_`;
  const listener = one.evidence.client.proxy?.listeners.get('outbound-listener');
  return listener?.chains.find(({ name }) => name.startsWith(start));
}

export const holds = (title: string, says: string, command: string): Step => ({
  link: { title, status: 'holds', says, command },
});

export const breaks = (title: string, { says, fix }: Reason, command: string, outcome: Outcome): Step => ({
  link: { title, status: 'breaks', says, command, fix },
  outcome,
});

export const endsHere = (title: string, because: string, command: string): Step => ({
  link: { title, status: 'not-known', says: because, command },
  outcome: { type: 'not-known', because },
});

/** The virtual host of a sidecar that answers for the called Service. */
export function hostOf({ proxy }: Party, { routeConfig }: ChainFacts, one: Case): VirtualHostFacts | undefined {
  const { name, namespace } = one.question.to;
  const hosts = routeConfig === undefined ? [] : (proxy?.routeConfigs.get(routeConfig) ?? []);
  return hosts.find(({ domains }) => domains.includes(`${name}.${namespace}`));
}
