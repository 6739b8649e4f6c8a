import { afterEach, describe, expect, it } from 'vitest';
import type { Deployment, Node, Pod, ReplicaSet, StatefulSet } from '../../../src/kube/objects.ts';
import {
  coreEvents,
  deployments,
  endpointSlices,
  endpoints,
  nodes,
  pods,
  replicaSets,
  serviceAccounts,
  services,
  statefulSets,
} from '../../../src/kube/resources.ts';
import { controllerRevisions } from '../../../src/sandbox/controllers/statefulset-revisions.ts';
import {
  conditionOf,
  deployment,
  podsOf,
  startTestCluster,
  type TestCluster,
  untilRolledOut,
} from '../test-cluster.ts';

/** The `data` of a StatefulSet's ControllerRevision. */
interface Patch {
  spec: { template: Pod };
}

let test: TestCluster;
afterEach(() => test.close());

const eventTexts = (reason: string) =>
  test.cluster.list(coreEvents).flatMap((event) => (event.reason === reason ? [event.message ?? ''] : []));

describe('a ReplicaSet', () => {
  it('shows why its pods are refused, on itself and on its Deployment, and goes on when they are admitted', async () => {
    test = await startTestCluster({});
    await test.cluster.create(deployments, deployment('web', 2, { serviceAccountName: 'seller' }));
    await test.until(deployments, ([web]) => web !== undefined && conditionOf(web, 'ReplicaFailure') !== undefined);
    const [set] = test.cluster.list(replicaSets);
    const message = conditionOf(set as ReplicaSet, 'ReplicaFailure')?.message ?? '';
    expect(message).toMatch(/^pods "web-[a-z0-9]+-" is forbidden: .*service account default\/seller/);
    expect(conditionOf(set as ReplicaSet, 'ReplicaFailure')?.reason).toBe('FailedCreate');
    const [web] = test.cluster.list(deployments);
    expect(conditionOf(web as Deployment, 'ReplicaFailure')?.message).toBe(message);
    await test.until(coreEvents, () => eventTexts('FailedCreate').length > 0);
    expect(eventTexts('FailedCreate')[0]).toBe(`Error creating: ${message}`);
    await test.cluster.create(serviceAccounts, { metadata: { name: 'seller', namespace: 'default' } });
    await untilRolledOut(test, 'web');
    expect(conditionOf(test.cluster.list(deployments)[0] as Deployment, 'ReplicaFailure')).toBeUndefined();
  });

  it('replaces a pod whose labels were changed, and leaves that pod alone', async () => {
    test = await startTestCluster({});
    await test.cluster.create(deployments, deployment('web', 1));
    await untilRolledOut(test, 'web');
    const [taken] = podsOf(test, 'web');
    await test.cluster.modify(pods, taken?.metadata.name ?? '', 'default', (draft) => {
      draft.metadata.labels = { app: 'quarantine' };
    });
    await test.until(pods, (all) => all.length === 2);
    await untilRolledOut(test, 'web');
    const released = test.cluster.get(pods, taken?.metadata.name ?? '', 'default');
    expect(released?.metadata.ownerReferences ?? []).toEqual([]);
  });
});

describe('a StatefulSet', () => {
  const database = (replicas: number): StatefulSet => ({
    metadata: { name: 'mysql', namespace: 'default' },
    spec: {
      replicas,
      serviceName: 'mysql',
      selector: { matchLabels: { app: 'mysql' } },
      template: { metadata: { labels: { app: 'mysql' } }, spec: { containers: [{ name: 'db', image: 'app' }] } },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '250M' } } },
        },
      ],
    },
  });

  it('makes its pods in order, with names, claims and addresses of their own', async () => {
    test = await startTestCluster({});
    await test.cluster.create(services, {
      metadata: { name: 'mysql', namespace: 'default' },
      spec: { clusterIP: 'None', selector: { app: 'mysql' }, ports: [{ port: 3306 }] },
    });
    const order: string[] = [];
    test.cluster.watch(pods, ({ type, object }) => type === 'ADDED' && order.push(object.metadata.name ?? ''));
    await test.cluster.create(statefulSets, database(3));
    await test.until(statefulSets, ([set]) => set?.status?.readyReplicas === 3);
    await test.idle();
    expect(order).toEqual(['mysql-0', 'mysql-1', 'mysql-2']);
    const [subset] = test.cluster.get(endpoints, 'mysql', 'default')?.subsets ?? [];
    expect(subset?.addresses?.map((address) => address.hostname).sort()).toEqual(order);
    const claimKind = test.cluster.resources().find((ref) => ref.kind === 'PersistentVolumeClaim');
    const claims = claimKind ? test.cluster.list(claimKind, { namespace: 'default' }) : [];
    expect(claims.map((claim) => [claim.metadata.name, (claim['status'] as { phase?: string }).phase])).toEqual([
      ['data-mysql-0', 'Bound'],
      ['data-mysql-1', 'Bound'],
      ['data-mysql-2', 'Bound'],
    ]);
    expect(test.errors).toEqual([]);
  });

  it('updates from the last pod to the first, one by one', async () => {
    test = await startTestCluster({});
    await test.cluster.create(statefulSets, database(2));
    await test.until(statefulSets, ([set]) => set?.status?.readyReplicas === 2);
    const gone: string[] = [];
    test.cluster.watch(pods, ({ type, object }) => type === 'DELETED' && gone.push(object.metadata.name ?? ''));
    await test.cluster.modify(statefulSets, 'mysql', 'default', (draft) => {
      draft.spec.template.spec.containers = [{ name: 'db', image: 'sidecar' }];
    });
    await test.until(statefulSets, ([set]) => {
      const { observedGeneration, updatedReplicas, readyReplicas } = set?.status ?? {};
      return observedGeneration === set?.metadata.generation && updatedReplicas === 2 && readyReplicas === 2;
    });
    expect(gone).toEqual(['mysql-1', 'mysql-0']);
    expect(test.errors).toEqual([]);
  });

  it('keeps its templates as numbered revisions; a rollback makes an old one the newest, and the limit holds', async () => {
    test = await startTestCluster({});
    const limited = database(1);
    limited.spec.revisionHistoryLimit = 1;
    await test.cluster.create(statefulSets, limited);
    const history = () =>
      test.cluster
        .list(controllerRevisions, { namespace: 'default' })
        .map(({ revision, data }) => [revision, (data as Patch).spec.template.spec.containers[0]?.image])
        .sort();
    const use = async (image: string) => {
      await test.cluster.modify(statefulSets, 'mysql', 'default', (draft) => {
        draft.spec.template.spec.containers = [{ name: 'db', image }];
      });
      await test.until(statefulSets, ([set]) => {
        const { observedGeneration, updatedReplicas, readyReplicas } = set?.status ?? {};
        return observedGeneration === set?.metadata.generation && updatedReplicas === 1 && readyReplicas === 1;
      });
      await test.idle();
    };
    await use('app');
    expect(history()).toEqual([[1, 'app']]);
    await use('sidecar');
    await use('app');
    expect(history()).toEqual([
      [2, 'sidecar'],
      [3, 'app'],
    ]);
    await use('app:v2');
    expect(history()).toEqual([
      [3, 'app'],
      [4, 'app:v2'],
    ]);
    expect(test.errors).toEqual([]);
  });
});

describe('the scheduler', () => {
  it('says for each node why a pod fits nowhere, and places it when there is room', async () => {
    test = await startTestCluster({});
    await test.cluster.create(deployments, deployment('web', 1, { nodeSelector: { disk: 'ssd' } }));
    await test.until(pods, ([pod]) => pod !== undefined && conditionOf(pod, 'PodScheduled')?.status === 'False');
    expect(conditionOf(podsOf(test, 'web')[0] as Pod, 'PodScheduled')?.message).toBe(
      "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    );
    const [second] = test.cluster.list(nodes).slice(1);
    await test.cluster.modify(nodes, second?.metadata.name ?? '', undefined, (draft: Node) => {
      draft.metadata.labels = { ...draft.metadata.labels, disk: 'ssd' };
    });
    await untilRolledOut(test, 'web');
    expect(podsOf(test, 'web')[0]?.spec.nodeName).toBe(second?.metadata.name);
  });

  it('fits requests into what is allocatable', async () => {
    test = await startTestCluster({});
    const containers = [{ name: 'app', image: 'app', resources: { requests: { cpu: '1500m' } } }];
    await test.cluster.create(deployments, deployment('web', 4, { containers }));
    await test.until(pods, (all) => all.some((pod) => conditionOf(pod, 'PodScheduled')?.status === 'False'));
    const pending = podsOf(test, 'web').filter((pod) => pod.spec.nodeName === undefined);
    expect(pending).toHaveLength(1);
    expect(conditionOf(pending[0] as Pod, 'PodScheduled')?.message).toMatch(
      /^0\/3 nodes are available: 3 Insufficient cpu\. .* 3 No preemption victims found for incoming pods\.$/,
    );
  });
});

describe('EndpointSlices', () => {
  it('follow the pods of their Service and go with it', async () => {
    test = await startTestCluster({});
    await test.cluster.create(services, {
      metadata: { name: 'web', namespace: 'default', labels: { tier: 'front' } },
      spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    });
    await test.cluster.create(deployments, deployment('web', 2));
    await test.until(
      endpointSlices,
      ([slice]) => slice?.endpoints.filter((each) => each.conditions?.ready).length === 2,
    );
    const [slice] = test.cluster.list(endpointSlices);
    expect(slice?.metadata.labels).toMatchObject({ 'kubernetes.io/service-name': 'web', tier: 'front' });
    expect(slice?.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }]);
    await test.cluster.delete(services, 'web', 'default');
    await test.until(endpointSlices, (all) => all.length === 0);
    await test.until(endpoints, (all) => all.length === 0);
  });
});
