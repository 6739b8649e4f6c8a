import { describe, expect, it } from 'vitest';
import { type ClusterFacts, judgeCluster } from '../../src/preflight/cluster.ts';
import { preflight as words } from '../../src/words/en/preflight.ts';

const setting = { os: 'linux', arch: 'x64' } as const;
const facts: ClusterFacts = {
  context: { name: 'kind-osm', cluster: 'kind-osm', server: 'https://127.0.0.1:6443', isCurrent: true },
  wanted: undefined,
  known: ['kind-osm'],
  reach: { type: 'reached', ms: 3 },
  server: { type: 'version', version: '1.34.1' },
  meshes: [{ name: 'osm', namespace: 'osm-system', version: 'v1.2.4' }],
  kubectl: { type: 'found', file: '/bin/kubectl', version: '1.33.0' },
  osm: { type: 'found', file: '/bin/osm', version: '1.2.4' },
};
const judge = (change: Partial<ClusterFacts> = {}) => judgeCluster({ ...facts, ...change }, words, setting);
const find = (id: string, change: Partial<ClusterFacts>) => judge(change).find((finding) => finding.id === id);

describe('a cluster', () => {
  it('with a mesh, and tools that fit it, is good', () => {
    expect(judge().map(({ id, status, saw }) => `${id} ${status} ${saw}`)).toEqual([
      'context good kind-osm, https://127.0.0.1:6443',
      'api-server good Kubernetes 1.34.1',
      'mesh good osm v1.2.4 in osm-system',
    ]);
  });

  it.each([
    ['1.32.0', 'note'],
    ['1.33.9', 'good'],
    ['1.35.0', 'good'],
    ['1.36.0', 'note'],
  ])('is one minor version from kubectl %s at most: %s', (version, status) => {
    expect(find('api-server', { kubectl: { type: 'found', file: '/k', version } })).toMatchObject({ status });
  });

  it('whose mesh osm is not made for says so', () => {
    expect(find('mesh', { osm: { type: 'found', file: '/o', version: '1.1.3' } })).toMatchObject({ status: 'note' });
    expect(find('mesh', { meshes: [{ name: 'osm', namespace: 'x', version: 'v1.1.0' }] })).toMatchObject({
      status: 'note',
    });
  });

  it('without a mesh says how to get one, and one that would not say is not told badly of', () => {
    expect(find('mesh', { meshes: [] })).toMatchObject({
      status: 'bad',
      next: [expect.stringContaining('osm install --set')],
    });
    expect(find('mesh', { meshes: undefined })).toMatchObject({ status: 'unknown' });
  });

  it('that does not answer is told by the step at which it fails, and nothing else is asked', () => {
    const findings = judge({ reach: { type: 'refused' } });
    expect(findings.at(-1)).toMatchObject({ id: 'api-server', status: 'bad', saw: 'the connection is refused' });
    expect(find('api-server', { server: { type: 'refused', said: 'Unauthorized' } })).toMatchObject({
      status: 'bad',
      saw: 'Unauthorized',
      next: ['kubectl cluster-info --context kind-osm'],
    });
  });

  it('that nobody named is asked for', () => {
    expect(judge({ context: undefined, wanted: 'prod' })[0]).toMatchObject({
      saw: 'your kubeconfig has no context prod',
    });
    expect(judge({ context: undefined, known: [] })[0]).toMatchObject({ next: ['meshwalk'] });
  });
});
