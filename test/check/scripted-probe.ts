import type { CheckKind, CheckResult, Probe } from '../../src/check/check.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { KubeObject, Pod } from '../../src/kube/objects.ts';
import type { ResourceRef, ServedResource } from '../../src/kube/resources.ts';
import { SteppedClock } from '../../src/platform/clock.ts';
import type { Findings } from '../../src/words/en/findings.ts';
import { findings } from '../../src/words/en/findings.ts';
import type { AzureClient } from '../../src/world/world.ts';
import { matchesText } from './label-match.ts';

/** A cluster written down by a test: objects, logs and the pages of pods. A page nobody wrote down is a failed test. */
export class ScriptedKube implements KubeClient {
  readonly context = 'meshwalk-aks';
  readonly server = 'https://127.0.0.1:6443';
  objects: KubeObject[] = [];
  /** By `namespace/pod/container`. */
  logs: Record<string, string> = {};
  logRequests: { container?: string; sinceSeconds?: number; timestamps?: boolean }[] = [];
  /** By `namespace/pod:port` and the start of the path. */
  pages: Record<string, { status: number; body: string }> = {};
  /** Thrown by every question when set. */
  failure: unknown;

  async get<T extends KubeObject>(ref: ResourceRef<T>, name: string, namespace?: string): Promise<T | undefined> {
    return (await this.list(ref, namespace === undefined ? {} : { namespace })).find(
      (object) => object.metadata.name === name,
    );
  }

  async list<T extends KubeObject>(
    ref: ResourceRef<T>,
    options: { namespace?: string; labelSelector?: string } = {},
  ): Promise<T[]> {
    if (this.failure) throw this.failure;
    return this.objects.filter(
      (object): object is T =>
        object.kind === ref.kind &&
        (options.namespace === undefined || object.metadata.namespace === options.namespace) &&
        matchesText(object.metadata.labels ?? {}, options.labelSelector ?? ''),
    );
  }

  served: ServedResource[] = [];

  async resources(): Promise<ServedResource[]> {
    return this.served;
  }

  async podLog(
    pod: { namespace: string; name: string },
    options: { container?: string; sinceSeconds?: number; timestamps?: boolean },
  ): Promise<string> {
    if (this.failure) throw this.failure;
    this.logRequests.push(options);
    return this.logs[`${pod.namespace}/${pod.name}/${options.container}`] ?? '';
  }

  async podHttp(
    pod: { namespace: string; name: string; port: number },
    path: string,
  ): Promise<{ status: number; body: string }> {
    const key = `${pod.namespace}/${pod.name}:${pod.port} ${path.split('?')[0]}`;
    const page = this.pages[key];
    if (!page) throw new Error(`the test has no page ${key}`);
    return page;
  }

  async openApi(): Promise<unknown> {
    throw new Error('the test has no schemas');
  }

  watch(): () => void {
    return () => {};
  }

  close(): void {}

  /** The sidecar's counters of one pod, as Envoy prints them. */
  setStats(pod: string, stats: Record<string, number>): void {
    const body = Object.entries(stats).map(([name, value]) => `${name}: ${value}`);
    this.pages[`${pod}:15000 /stats`] = { status: 200, body: `${body.join('\n')}\n` };
  }

  /** The routes of one pod's sidecar: each a map from cluster to weight. */
  setRoutes(pod: string, routes: Record<string, number>[]): void {
    const virtualHosts = routes.map((route) => ({
      routes: [
        {
          route: {
            weighted_clusters: { clusters: Object.entries(route).map(([name, weight]) => ({ name, weight })) },
          },
        },
      ],
    }));
    const routeConfig = { name: 'rds-outbound.14001', virtual_hosts: virtualHosts };
    const body = JSON.stringify({ configs: [{ dynamic_route_configs: [{ route_config: routeConfig }] }] });
    this.pages[`${pod}:15000 /config_dump`] = { status: 200, body };
  }
}

export interface ProbeScript {
  kube?: KubeClient | undefined;
  azure?: AzureClient | undefined;
  context?: string;
  clock?: SteppedClock;
  since?: number;
  answers?: Record<string, string>;
  memory?: Map<string, unknown>;
  httpGet?: Probe['httpGet'];
  signal?: AbortSignal;
  words?: Findings;
}

export function probeOf(script: ProbeScript): Probe {
  const clock = script.clock ?? new SteppedClock();
  return {
    kube: async () => script.kube,
    azure: async () => script.azure,
    currentContext: async () => script.context,
    clock,
    since: script.since ?? clock.now(),
    answers: script.answers ?? {},
    memory: script.memory ?? new Map(),
    httpGet: script.httpGet ?? (() => Promise.reject(new Error('the test expects no request'))),
    signal: script.signal ?? new AbortController().signal,
    words: script.words ?? findings,
  };
}

/** Parses what an author would write and looks once. */
export function look<Spec>(kind: CheckKind<Spec>, yaml: unknown, script: ProbeScript): Promise<CheckResult> {
  return kind.verify(kind.parse(yaml), probeOf(script));
}

/** A log as the API writes it with timestamps. */
export const stamped = (at: number, ...lines: string[]): string =>
  lines.map((line) => `${new Date(at).toISOString().replace('Z', '000001Z')} ${line}\n`).join('');

export function deployment(namespace: string, name: string, more: Partial<KubeObject> = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name, generation: 1 },
    spec: { replicas: 1, selector: { matchLabels: { app: name } }, template: {} },
    status: { observedGeneration: 1, replicas: 1, readyReplicas: 1, updatedReplicas: 1 },
    ...more,
  };
}

export function pod(
  namespace: string,
  name: string,
  app: string,
  options: { sidecar?: boolean; ready?: boolean; uid?: string } = {},
): Pod {
  const { sidecar = true, ready = true, uid = `uid-${name}` } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, uid, labels: { app } },
    spec: { containers: [{ name: app }, ...(sidecar ? [{ name: 'envoy' }] : [])] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  };
}

export function service(namespace: string, name: string, isReady = true): KubeObject[] {
  return [
    { kind: 'Service', metadata: { namespace, name }, spec: { selector: { app: name } } },
    {
      kind: 'Endpoints',
      metadata: { namespace, name },
      subsets: isReady ? [{ addresses: [{ ip: '10.244.0.9' }] }] : [],
    },
  ];
}
