import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServedResource } from '../../../src/kube/resources.ts';
import { complete } from '../../../src/world/completion/complete.ts';
import { contextAt } from '../../../src/world/completion/grammar.ts';
import { ScriptedKube } from '../../check/scripted-probe.ts';

const served = (resource: string, kind: string, more: Partial<ServedResource> = {}): ServedResource => ({
  group: '',
  version: 'v1',
  resource,
  kind,
  namespaced: true,
  singular: kind.toLowerCase(),
  shortNames: [],
  verbs: ['list'],
  ...more,
});

const kube = new ScriptedKube();
kube.served = [
  served('pods', 'Pod', { shortNames: ['po'] }),
  served('namespaces', 'Namespace', { namespaced: false, shortNames: ['ns'] }),
  served('trafficsplits', 'TrafficSplit', { group: 'split.smi-spec.io' }),
  served('events', 'Event'),
  served('events', 'Event', { group: 'events.k8s.io' }),
];
const object = (kind: string, name: string, namespace?: string) => ({
  kind,
  metadata: { name, ...(namespace && { namespace }) },
});
kube.objects = [
  object('Namespace', 'bookstore'),
  object('Namespace', 'bookbuyer'),
  object('Pod', 'bookstore-v1-a', 'bookstore'),
  object('Pod', 'other', 'default'),
  object('TrafficSplit', 'bookstore-split', 'bookstore'),
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshwalk-complete-'));
  mkdirSync(join(folder, 'manifests/apps'), { recursive: true });
  for (const file of ['manifests/apps/bookstore.yaml', 'manifests/apps/bookbuyer.yaml', 'README.md', '.hidden'])
    writeFileSync(join(folder, file), '');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What Tab offers at the end of the line, each as the line that it would make. */
async function offered(line: string): Promise<string[]> {
  const { from, candidates } = await complete(line, line.length, {
    kube: async () => kube,
    folder: async () => folder,
  });
  return candidates.map((candidate) => line.slice(0, from) + candidate);
}

describe('Tab', () => {
  it.each([
    ['kub', ['kubectl']],
    ['kubectl roll', ['kubectl rollout']],
    ['kubectl rollout s', ['kubectl rollout status']],
    ['kubectl get po', ['kubectl get pods']],
    ['kubectl get eve', ['kubectl get events', 'kubectl get events.events.k8s.io']],
    ['kubectl get pods -n books', ['kubectl get pods -n bookstore']],
    ['kubectl get pods --namespace=bookb', ['kubectl get pods --namespace=bookbuyer']],
    ['kubectl -n bookstore get pod b', ['kubectl -n bookstore get pod bookstore-v1-a']],
    ['kubectl get po -n bookstore ', ['kubectl get po -n bookstore bookstore-v1-a']],
    ['kubectl get pods o', ['kubectl get pods other']],
    ['kubectl delete trafficsplit/b -n bookstore', []],
    [
      'kubectl get trafficsplits.split.smi-spec.io -n bookstore b',
      ['kubectl get trafficsplits.split.smi-spec.io -n bookstore bookstore-split'],
    ],
    ['kubectl -n bookstore logs b', ['kubectl -n bookstore logs bookstore-v1-a']],
    ['kubectl -n bookstore logs d', ['kubectl -n bookstore logs deployment/']],
    ['kubectl -n bookstore describe trafficsplit/', ['kubectl -n bookstore describe trafficsplit/bookstore-split']],
    ['kubectl get pods -o ya', ['kubectl get pods -o yaml']],
    ['kubectl apply --fi', ['kubectl apply --filename']],
    ['kubectl apply -f man', ['kubectl apply -f manifests/']],
    ['kubectl apply -f manifests/apps/books', ['kubectl apply -f manifests/apps/bookstore.yaml']],
    ['kubectl apply -f ./R', ['kubectl apply -f ./README.md']],
    ['kubectl apply -f .h', ['kubectl apply -f .hidden']],
    ['kubectl get ns; osm names', ['kubectl get ns; osm namespace']],
    ['osm namespace add bookb', ['osm namespace add bookbuyer']],
    ['osm namespace add bookbuyer books', ['osm namespace add bookbuyer bookstore']],
    ['osm proxy get st', ['osm proxy get stats']],
    ['osm proxy get stats -n bookstore b', ['osm proxy get stats -n bookstore bookstore-v1-a']],
    ['az aks get', ['az aks get-credentials']],
    ['meshwalk expl', ['meshwalk explain']],
    ['for n in a; do kubectl create names', ['for n in a; do kubectl create namespace']],
    ['kubectl get pods -l app=', []],
    ['kubectl get pod "$P', []],
    ['kubectl get frobs x', []],
  ])('makes of %j', async (line, lines) => {
    expect(await offered(line)).toEqual(lines);
  });

  it('offers what fits at the cursor, and leaves what comes after it', () => {
    const line = 'kubectl get po -n bookstore';
    expect(contextAt(line, 'kubectl get po'.length)).toMatchObject({
      wanted: { type: 'kinds' },
      prefix: 'po',
      from: 12,
    });
  });

  it('offers words and files where there is no cluster, and no names', async () => {
    const ports = { kube: async () => undefined, folder: async () => folder };
    expect((await complete('kubectl get po', 14, ports)).candidates).toEqual([]);
    expect((await complete('osm ver', 7, ports)).candidates).toEqual(['verify', 'version']);
  });
});
