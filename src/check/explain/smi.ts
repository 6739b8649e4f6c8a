import type { KubeObject } from '../../kube/objects.ts';
import type { Findings } from '../../words/en/findings.ts';

/** SMI's objects as far as explanations read them. A field that is missing or of another type reads as absent. */
export interface Reference {
  kind: string;
  name: string;
  namespace: string | undefined;
}

export interface TargetRule {
  kind: string;
  name: string;
  matches: readonly string[] | undefined;
}

export interface TrafficTarget {
  /** namespace/name */
  id: string;
  namespace: string;
  destination: Reference;
  sources: readonly Reference[];
  rules: readonly TargetRule[];
}

export interface RouteMatch {
  name: string;
  pathRegex: string | undefined;
  methods: readonly string[];
  headers: Readonly<Record<string, string>>;
}

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.map(fieldsOf) : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const specOf = (object: KubeObject): Fields => fieldsOf(object['spec']);
export const idOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? 'default'}/${metadata.name ?? ''}`;

const referenceOf = (fields: Fields): Reference => ({
  kind: textOf(fields['kind']),
  name: textOf(fields['name']),
  namespace: typeof fields['namespace'] === 'string' ? fields['namespace'] : undefined,
});

export function trafficTarget(object: KubeObject): TrafficTarget {
  const spec = specOf(object);
  return {
    id: idOf(object),
    namespace: object.metadata.namespace ?? 'default',
    destination: referenceOf(fieldsOf(spec['destination'])),
    sources: listOf(spec['sources']).map(referenceOf),
    rules: listOf(spec['rules']).map((rule) => ({
      kind: textOf(rule['kind']),
      name: textOf(rule['name']),
      matches: Array.isArray(rule['matches']) ? rule['matches'].map(String) : undefined,
    })),
  };
}

/** Why OSM takes a TrafficTarget as absent (pkg/smi/client.go), and the field; undefined when it counts. */
export function whyIgnored(
  target: TrafficTarget,
  monitored: ReadonlySet<string>,
  words: Findings['chain']['ignored'],
): { says: string; field: string } | undefined {
  if (!monitored.has(target.namespace)) {
    return { says: words.notInMesh(target.namespace), field: 'metadata.namespace' };
  }
  if (target.destination.namespace !== target.namespace) {
    const says = words.otherNamespace(target.namespace, target.destination.namespace ?? words.none);
    return { says, field: 'spec.destination.namespace' };
  }
  if (target.rules.length === 0) return { says: words.noRules, field: 'spec.rules' };
  const foreign = target.rules.findIndex(({ kind }) => kind !== 'HTTPRouteGroup' && kind !== 'TCPRoute');
  if (foreign < 0) return undefined;
  const { name = '', kind = '' } = target.rules[foreign] ?? {};
  return { says: words.foreignRule(name, kind), field: `spec.rules[${foreign}].kind` };
}

export function routeMatches(group: KubeObject): RouteMatch[] {
  return listOf(specOf(group)['matches']).map((match) => ({
    name: textOf(match['name']),
    pathRegex: typeof match['pathRegex'] === 'string' ? match['pathRegex'] : undefined,
    methods: Array.isArray(match['methods']) ? match['methods'].map(String) : [],
    headers: Object.fromEntries(
      listOf(match['headers']).flatMap((one) => Object.entries(one).map(([name, value]) => [name, String(value)])),
    ),
  }));
}

export function tcpPorts(route: KubeObject): number[] {
  const ports = fieldsOf(specOf(route)['matches'])['ports'];
  return Array.isArray(ports) ? ports.map(Number) : [];
}

export interface Split {
  id: string;
  namespace: string;
  root: string;
  backends: readonly { service: string; weight: number }[];
}

export function trafficSplit(object: KubeObject): Split {
  const spec = specOf(object);
  return {
    id: idOf(object),
    namespace: object.metadata.namespace ?? 'default',
    root: textOf(spec['service']).split(/[.:]/)[0] ?? '',
    backends: listOf(spec['backends']).map((one) => ({
      service: textOf(one['service']),
      weight: Number(one['weight']),
    })),
  };
}
