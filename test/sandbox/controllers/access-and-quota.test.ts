import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterRoles, configMaps, deployments, pods, resourceQuotas } from '../../../src/kube/resources.ts';
import { deployment, startTestCluster, type TestCluster } from '../test-cluster.ts';

let test: TestCluster;
beforeAll(async () => {
  test = await startTestCluster({});
});
afterAll(() => test.close());

describe('a ClusterRole that gathers others', () => {
  const rule = (resource: string) => ({ apiGroups: ['x.io'], resources: [resource], verbs: ['get'] });
  const part = (name: string, resource: string, label: string) => ({
    metadata: { name, labels: { [label]: 'true' } },
    rules: [rule(resource)],
  });
  const rulesOf = (name: string) => test.cluster.get(clusterRoles, name)?.['rules'];
  const gathering = (name: string, label: string, labels: Record<string, string> = {}) => ({
    metadata: { name, labels },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: 'true' } }] },
  });

  it('has the rules of all that carry its label, also through another one, and loses them again', async () => {
    await test.cluster.create(clusterRoles, gathering('all', 'to-all'));
    await test.cluster.create(clusterRoles, gathering('some', 'to-some', { 'to-all': 'true' }));
    await test.cluster.create(clusterRoles, part('a', 'as', 'to-some'));
    await test.cluster.create(clusterRoles, part('b', 'bs', 'to-all'));
    await test.idle();
    expect(rulesOf('some')).toEqual([rule('as')]);
    expect(rulesOf('all')).toEqual([rule('bs'), rule('as')]);
    await test.cluster.delete(clusterRoles, 'a');
    await test.idle();
    expect(rulesOf('all')).toEqual([rule('bs')]);
  });
});

describe('a ResourceQuota', () => {
  const used = () => test.cluster.get(resourceQuotas, 'q', 'default')?.['status'];

  it('shows what is used of it, also of kinds that it begins to count later', async () => {
    await test.cluster.create(resourceQuotas, {
      metadata: { name: 'q', namespace: 'default' },
      spec: { hard: { pods: '3' } },
    });
    await test.cluster.create(deployments, deployment('web', 2));
    await test.until(pods, (all) => all.length === 2);
    await test.idle();
    expect(used()).toEqual({ hard: { pods: '3' }, used: { pods: '2' } });
    const hard = { pods: '3', 'count/deployments.apps': '1', 'requests.memory': '1Gi', configmaps: '9' };
    await test.cluster.modify(resourceQuotas, 'q', 'default', (draft) => {
      draft['spec'] = { hard };
    });
    await test.idle();
    const configMapsNow = test.cluster.list(configMaps, { namespace: 'default' }).length;
    expect(used()).toEqual({
      hard,
      used: { pods: '2', 'count/deployments.apps': '1', 'requests.memory': '0', configmaps: String(configMapsNow) },
    });
    await test.cluster.create(configMaps, { metadata: { name: 'more', namespace: 'default' } });
    await test.idle();
    expect(used()).toMatchObject({ used: { configmaps: String(configMapsNow + 1) } });
  });
});
