import type { Findings } from '../../words/en/findings.ts';
import type { NamespacedName } from '../spec-fields.ts';
import type { Evidence, Party } from './evidence.ts';
import type { ChainFacts, VirtualHostFacts } from './proxy-facts.ts';

/** What an explanation is made of: what was asked, its links, and what one would change. Plain data. */
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

type ChainWords = Findings['chain'];

export type LinkId = keyof ChainWords['titles'];

export interface Link {
  id: LinkId;
  /** The id in words. */
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
export type Step = { link: Omit<Link, 'title'>; outcome?: Outcome };

/** What all links look at. */
export interface Case {
  question: Question;
  evidence: Evidence;
  port: number;
  /** `<service account>.<namespace>.cluster.local` of the caller. */
  principal: string;
  account: NamespacedName;
  monitored: ReadonlySet<string>;
  words: ChainWords;
}

const trustDomain = 'cluster.local';
const monitoredLabel = 'openservicemesh.io/monitored-by';

export function caseOf(question: Question, evidence: Evidence, { chain: words }: Findings): Case {
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
    words,
  };
}

const noAnswers = { reset: 56, refused: 7, emptyReply: 52, noSuchName: 6 };

export const noAnswer = ({ words }: Case, how: keyof typeof noAnswers): Outcome => ({
  type: 'no-answer',
  curl: noAnswers[how],
  sees: words.sees[how],
});
/** `says`: the body, or what else there is to see of the answer. */
export const answer = ({ words }: Case, status: number, says: string): Outcome => ({
  type: 'answer',
  status,
  sees: words.sees.status(status, says),
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

export const holds = (id: LinkId, says: string, command: string): Step => ({
  link: { id, status: 'holds', says, command },
});

export const breaks = (id: LinkId, { says, fix }: Reason, command: string, outcome: Outcome): Step => ({
  link: { id, status: 'breaks', says, command, fix },
  outcome,
});

export const endsHere = (id: LinkId, because: string, command: string): Step => ({
  link: { id, status: 'not-known', says: because, command },
  outcome: { type: 'not-known', because },
});

/** The virtual host of a sidecar that answers for the called Service. */
export function hostOf({ proxy }: Party, { routeConfig }: ChainFacts, one: Case): VirtualHostFacts | undefined {
  const { name, namespace } = one.question.to;
  const hosts = routeConfig === undefined ? [] : (proxy?.routeConfigs.get(routeConfig) ?? []);
  return hosts.find(({ domains }) => domains.includes(`${name}.${namespace}`));
}
