import { describe, expect, it } from 'vitest';
import type { CheckKind, CheckResult } from '../../src/check/check.ts';
import { checkKinds } from '../../src/check/registry.ts';
import { runCheck } from '../../src/check/run-check.ts';
import { Fault, faultOf } from '../../src/fault.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { StatusError } from '../../src/kube/status.ts';
import { SteppedClock } from '../../src/platform/clock.ts';
import { findings } from '../../src/words/de/findings.ts';
import { expectNoEnglish } from '../words/no-english.ts';
import { aCluster, scriptedAzure } from './scripted-azure.ts';
import { deployment, look, type ProbeScript, pod, probeOf, ScriptedKube, service } from './scripted-probe.ts';

/** What one kind is asked, in which world, and what a German learner reads of it. */
interface Case {
  yaml: unknown;
  script: ProbeScript;
  title: string;
  result: CheckResult;
}

function cluster(...objects: KubeObject[]): ScriptedKube {
  const kube = new ScriptedKube();
  kube.objects = objects;
  return kube;
}

const caller = pod('bookbuyer', 'bookbuyer-1', 'bookbuyer');

function calling(stats: Record<string, number>, ...more: KubeObject[]): ScriptedKube {
  const kube = cluster(deployment('bookbuyer', 'bookbuyer'), caller, ...more);
  kube.setStats('bookbuyer/bookbuyer-1', stats);
  return kube;
}

const from = 'bookbuyer/bookbuyer';
const upstream = 'cluster.bookstore/bookstore|14001.upstream_rq';
const backends = { 'bookstore/bookstore-v1': 75, 'bookstore/bookstore-v2': 25 };

function split(): ScriptedKube {
  const kube = calling({}, ...service('bookstore', 'bookstore-v1'), ...service('bookstore', 'bookstore-v2'));
  kube.setRoutes('bookbuyer/bookbuyer-1', [{ 'bookstore/bookstore-v1|14001': 2, 'bookstore/bookstore-v2|14001': 1 }]);
  return kube;
}

const withoutMesh = { ...aCluster, resourceGroup: 'osm', addons: { openServiceMesh: false } };

const cases: Record<string, Case> = {
  'azure-cluster': {
    yaml: { resourceGroup: 'osm', name: 'aks', addons: { openServiceMesh: true } },
    script: { azure: scriptedAzure([withoutMesh], ['osm']) },
    title: 'Cluster aks läuft in Resource Group osm: openServiceMesh an',
    result: {
      status: 'wrong',
      expected: 'das Add-on openServiceMesh eingeschaltet',
      saw: 'es ist ausgeschaltet',
      on: 'Cluster aks in Resource Group osm, addonProfiles.openServiceMesh.enabled',
      tryThis: 'az aks show -g osm -n aks --query addonProfiles',
    },
  },
  'kube-context': {
    yaml: { name: 'aks', nodes: 2 },
    script: { context: 'minikube' },
    title: 'kubectl spricht mit Cluster aks, und mindestens 2 Nodes sind Ready',
    result: {
      status: 'wrong',
      expected: 'der aktuelle Kontext aks',
      saw: 'der aktuelle Kontext minikube',
      on: 'kubeconfig, current-context',
      tryThis: 'kubectl config get-contexts',
    },
  },
  'namespaces-in-mesh': {
    yaml: { namespaces: ['bookbuyer', 'bookstore'] },
    script: { kube: cluster({ kind: 'Namespace', metadata: { name: 'bookbuyer' } }) },
    title: 'Namespaces bookbuyer und bookstore sind im Mesh',
    result: {
      status: 'wrong',
      expected: 'das Label openservicemesh.io/monitored-by=osm',
      saw: 'kein solches Label: das Mesh beobachtet ihn nicht',
      on: 'Namespace bookbuyer, metadata.labels',
      tryThis: 'osm namespace list',
    },
  },
  'workloads-ready': {
    yaml: { namespace: 'bookbuyer', deployments: ['bookbuyer'], sidecar: true },
    script: {
      kube: cluster(deployment('bookbuyer', 'bookbuyer'), pod('bookbuyer', 'one', 'bookbuyer', { sidecar: false })),
    },
    title: 'Pods von bookbuyer/bookbuyer sind bereit, jeder mit Sidecar',
    result: {
      status: 'wrong',
      expected: 'ein Sidecar in jedem Pod',
      saw: 'er hat keinen: er entstand, bevor sein Namespace ins Mesh kam, oder die Injektion ist aus',
      on: 'Pod bookbuyer/one, spec.containers',
      tryThis: 'kubectl rollout restart deployment bookbuyer -n bookbuyer',
    },
  },
  'mesh-config': {
    yaml: { enableEgress: true },
    script: { kube: cluster() },
    title: 'In der MeshConfig steht spec.traffic.enableEgress = true',
    result: {
      status: 'wrong',
      expected: 'spec.traffic.enableEgress = true',
      saw: 'es gibt keine MeshConfig: kein Mesh ist installiert',
      on: 'MeshConfig osm-mesh-config',
      tryThis: 'kubectl get meshconfig -A',
    },
  },
  resource: {
    yaml: { kind: 'TrafficSplit', namespace: 'bookstore', name: 'split', path: 'spec.service', not: 'bookstore' },
    script: { kube: cluster({ kind: 'TrafficSplit', metadata: { namespace: 'bookstore', name: 'split' }, spec: {} }) },
    title: 'TrafficSplit bookstore/split hat spec.service = alles außer "bookstore"',
    result: {
      status: 'wrong',
      expected: 'spec.service = alles außer "bookstore"',
      saw: 'nichts',
      on: 'TrafficSplit bookstore/split, spec.service',
      tryThis: 'kubectl get trafficsplit split -n bookstore -o yaml',
    },
  },
  'traffic-flows': {
    yaml: { from, to: 'bookstore/bookstore' },
    script: { kube: calling({ [`${upstream}_2xx`]: 1, [`${upstream}_total`]: 4 }) },
    title: 'bookbuyer/bookbuyer ruft bookstore/bookstore auf, mit Erfolg',
    result: {
      status: 'not-yet',
      expected: '3 Requests von bookbuyer/bookbuyer an bookstore/bookstore mit Erfolg',
      saw: '0 solche Requests seit Beginn der Aufgabe',
      tryThis: 'kubectl logs deployment/bookbuyer -n bookbuyer -c bookbuyer --tail 20',
    },
  },
  'traffic-denied': {
    yaml: { from, to: 'bookstore/bookstore' },
    script: {
      kube: calling(
        {},
        { kind: 'Service', metadata: { namespace: 'bookstore', name: 'bookstore' }, spec: { selector: { app: 'b' } } },
        pod('bookstore', 'bare', 'b', { sidecar: false }),
      ),
    },
    title: 'bookbuyer/bookbuyer versucht, bookstore/bookstore zu erreichen, und scheitert',
    result: {
      status: 'wrong',
      expected: '5 Versuche von bookbuyer/bookbuyer, bookstore/bookstore zu erreichen, keiner mit Erfolg',
      saw: 'für den Service antwortet ein Pod ohne Sidecar, also verweigert das Mesh nichts',
      on: 'Pod bookstore/bare, spec.containers',
      tryThis: 'kubectl get pods -n bookstore',
    },
  },
  'traffic-split': {
    yaml: { from, backends, tolerance: 0.1 },
    script: { kube: split() },
    title: 'Requests von bookbuyer/bookbuyer verteilen sich: bookstore/bookstore-v1 75 %, bookstore/bookstore-v2 25 %',
    result: {
      status: 'wrong',
      expected: 'bookstore/bookstore-v1 75 %, bookstore/bookstore-v2 25 %, mit bis zu 10 % Abweichung',
      saw: 'sein Sidecar verteilt nach bookstore/bookstore-v1 66,7 %, bookstore/bookstore-v2 33,3 %',
      on: 'TrafficSplit im Namespace bookstore',
      tryThis: 'kubectl get trafficsplit -n bookstore -o yaml',
    },
  },
  certificate: {
    yaml: { of: from, identity: 'bookbuyer.bookbuyer.cluster.local', lives: 5, renewed: true },
    script: { kube: withPage('bookbuyer/bookbuyer-1:15000 /certs', '{"certificates":[]}') },
    title:
      'Sidecars von bookbuyer/bookbuyer zeigen ein Zertifikat von bookbuyer.bookbuyer.cluster.local, für höchstens 5 Minuten, ein anderes als vorher',
    result: {
      status: 'not-yet',
      expected: 'ein Zertifikat von bookbuyer.bookbuyer.cluster.local',
      saw: 'Pod bookbuyer-1 hat noch kein Zertifikat',
      tryThis: 'osm proxy get certs bookbuyer-1 -n bookbuyer',
    },
  },
  'sidecar-counter': {
    yaml: { of: from, counter: 'cluster.*retry', rises: 2 },
    script: { kube: calling({}) },
    title: 'Sidecars von bookbuyer/bookbuyer zählen 2 mehr in cluster.*retry',
    result: {
      status: 'not-yet',
      expected: 'cluster.*retry um 2 gewachsen',
      saw: 'seit Beginn der Aufgabe um 0 gewachsen',
      tryThis: 'osm proxy get stats bookbuyer-1 -n bookbuyer',
    },
  },
  metric: {
    yaml: { of: from, series: 'envoy_.*' },
    script: { kube: calling({}) },
    title: 'Prometheus sieht envoy_.* von bookbuyer/bookbuyer um 1 wachsen',
    result: {
      status: 'wrong',
      expected: 'envoy_.* um 1 gewachsen',
      saw: 'der Pod bittet nicht darum, abgefragt zu werden',
      on: 'Pod bookbuyer/bookbuyer-1, metadata.annotations',
      tryThis: "kubectl get pod bookbuyer-1 -n bookbuyer -o jsonpath='{.metadata.annotations}'",
    },
  },
  'container-restarted': {
    yaml: { of: from, container: 'envoy' },
    script: { kube: cluster() },
    title: 'Container envoy von bookbuyer/bookbuyer endet und wird neu gestartet',
    result: {
      status: 'wrong',
      expected: 'Container envoy neu gestartet',
      saw: 'bookbuyer/bookbuyer gibt es hier nicht',
      on: 'bookbuyer/bookbuyer',
      tryThis: 'kubectl get pods -n bookbuyer',
    },
  },
  http: {
    yaml: { url: 'http://127.0.0.1:8081/raw', contains: 'books' },
    script: { httpGet: async () => ({ status: 503, body: '' }) },
    title: 'http://127.0.0.1:8081/raw antwortet mit 200 und "books"',
    result: {
      status: 'wrong',
      expected: 'eine Antwort mit Status 200 von http://127.0.0.1:8081/raw',
      saw: 'Status 503',
      on: 'http://127.0.0.1:8081/raw, status',
      tryThis: 'curl -i http://127.0.0.1:8081/raw',
    },
  },
  logs: {
    yaml: { pod: { namespace: 'bookbuyer', selector: 'app=bookbuyer' }, contains: 'Bought', lines: 1 },
    script: { kube: cluster() },
    title: 'Pods app=bookbuyer in bookbuyer schreiben 1 Zeile mit "Bought" ins Log',
    result: {
      status: 'wrong',
      expected: '1 Zeile mit "Bought"',
      saw: 'einen solchen Pod gibt es nicht',
      on: 'Pods app=bookbuyer im Namespace bookbuyer',
      tryThis: 'kubectl get pods -n bookbuyer --show-labels',
    },
  },
  answer: {
    yaml: { question: 'who', is: 'mesh' },
    script: { answers: { who: 'kubelet' } },
    title: 'Die Frage ist richtig beantwortet',
    result: {
      status: 'wrong',
      expected: 'die richtige Antwort',
      saw: 'die Antwort „kubelet“',
      on: 'who',
    },
  },
};

function withPage(page: string, body: string): ScriptedKube {
  const kube = calling({});
  kube.pages[page] = { status: 200, body };
  return kube;
}

const german = { words: findings };

describe('what a condition wants and saw, in German', () => {
  it.each(checkKinds)('$kind', async (kind: CheckKind) => {
    const one = cases[kind.kind];
    if (!one) throw new Error(`no case says in German what ${kind.kind} wants and sees`);
    expect(kind.describe(kind.parse(one.yaml), findings)).toBe(one.title);
    expect(await look(kind, one.yaml, { ...one.script, ...german })).toEqual(one.result);
    expectNoEnglish(Object.values(one.result).join('\n'), kind.kind);
  });

  it('who cannot be asked is told in German, what they answered as it was', async () => {
    const kind = checkKinds.find(({ kind }) => kind === 'resource');
    if (!kind) throw new Error('no resource');
    const ask = (failure?: unknown) => {
      const kube = cluster();
      kube.failure = failure;
      const script = failure === undefined ? {} : { kube };
      return look(kind, { kind: 'Namespace', name: 'a' }, { ...script, ...german });
    };
    expect(await ask()).toMatchObject({ saw: 'deine kubeconfig hat keinen aktuellen Kontext' });
    expect(await ask(new StatusError(403, 'Forbidden', 'namespaces is forbidden'))).toMatchObject({
      reason: 'Der Cluster lässt uns nicht nachsehen: namespaces is forbidden',
    });
    expect(await ask(new StatusError(500, 'InternalError', 'etcd is down'))).toMatchObject({
      reason: 'Der Cluster antwortet mit einem Fehler: etcd is down',
    });
    expect(await ask(faultOf('pod.unreachable', 15000, 'bookstore', 'v1', 'socket hang up'))).toMatchObject({
      reason: 'Port 15000 von Pod bookstore/v1 ist nicht zu erreichen. socket hang up.',
    });
    expect(await ask(new Fault('cluster.other', { what: 'Said by others.' }))).toMatchObject({
      reason: 'Said by others.',
    });
  });

  it('a look that takes too long is given up in German', async () => {
    const clock = new SteppedClock();
    const never = new Promise<never>(() => {});
    const kind: CheckKind = {
      kind: 'never',
      temper: 'level',
      summary: 'Never answers.',
      fields: {},
      parse: (raw) => raw,
      describe: () => 'never',
      verify: () => never,
    };
    const results: CheckResult[] = [];
    const ended = runCheck({
      conditions: [{ id: 'a', needs: [], kind: 'never', spec: {} }],
      kinds: [kind],
      probe: probeOf({ clock, ...german }),
      memory: new Map(),
      patienceMs: 0,
      lookMs: 3_000,
      onResult: (_, result) => results.push(result),
    });
    await clock.step(3_000);
    await ended;
    expect(results).toEqual([{ status: 'unknown', reason: 'Innerhalb von 3 s kam keine Antwort.' }]);
  });
});
