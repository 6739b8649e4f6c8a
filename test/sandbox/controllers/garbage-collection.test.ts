import { afterEach, describe, expect, it } from 'vitest';
import type { Namespace } from '../../../src/kube/objects.ts';
import {
  configMaps,
  deployments,
  namespaces,
  pods,
  replicaSets,
  serviceAccounts,
  validatingWebhookConfigurations,
} from '../../../src/kube/resources.ts';
import { SteppedClock } from '../../../src/platform/clock.ts';
import {
  conditionOf,
  deployment,
  podsOf,
  startTestCluster,
  type TestCluster,
  untilRolledOut,
} from '../test-cluster.ts';

let test: TestCluster;
afterEach(async () => {
  await test.close();
  expect(test.errors).toEqual([]);
});

const start = async () => {
  test = await startTestCluster({});
  await test.cluster.create(deployments, deployment('web', 2));
  await untilRolledOut(test, 'web');
};

describe('garbage collection', () => {
  it('in the background deletes the owner first and then what it owned', async () => {
    await start();
    await test.cluster.delete(deployments, 'web', 'default', { propagationPolicy: 'Background' });
    expect(test.cluster.get(deployments, 'web', 'default')).toBeUndefined();
    await test.until(pods, (all) => all.length === 0);
    await test.until(replicaSets, (all) => all.length === 0);
  });

  it('in the foreground keeps the owner until its last dependent is gone', async () => {
    await start();
    const order: string[] = [];
    test.cluster.watch(deployments, ({ type }) => type === 'DELETED' && order.push('deployment'));
    test.cluster.watch(replicaSets, ({ type }) => type === 'DELETED' && order.push('replica set'));
    test.cluster.watch(pods, ({ type }) => type === 'DELETED' && order.push('pod'));
    await test.cluster.delete(deployments, 'web', 'default', { propagationPolicy: 'Foreground' });
    expect(test.cluster.get(deployments, 'web', 'default')?.metadata.finalizers).toEqual(['foregroundDeletion']);
    await test.until(deployments, (all) => all.length === 0);
    expect(order).toEqual(['pod', 'pod', 'replica set', 'deployment']);
  });

  it('as orphans leaves the dependents running, without an owner', async () => {
    await start();
    await test.cluster.delete(deployments, 'web', 'default', { propagationPolicy: 'Orphan' });
    await test.until(deployments, (all) => all.length === 0);
    await test.idle();
    const [set] = test.cluster.list(replicaSets);
    expect(set?.metadata.ownerReferences).toBeUndefined();
    expect(podsOf(test, 'web')).toHaveLength(2);
    // A new Deployment with the same template adopts what was orphaned.
    const before = podsOf(test, 'web').map((pod) => pod.metadata.uid);
    await test.cluster.create(deployments, deployment('web', 2));
    await untilRolledOut(test, 'web');
    await test.idle();
    expect(test.cluster.list(replicaSets)).toHaveLength(1);
    expect(podsOf(test, 'web').map((pod) => pod.metadata.uid)).toEqual(before);
  });
});

describe('a namespace', () => {
  it('gets its default service account and the CA, again when they are deleted', async () => {
    test = await startTestCluster({});
    await test.cluster.create<Namespace>(namespaces, { metadata: { name: 'shop' } });
    await test.idle();
    expect(test.cluster.get(configMaps, 'kube-root-ca.crt', 'shop')?.data).toEqual({ 'ca.crt': 'a certificate' });
    await test.cluster.delete(serviceAccounts, 'default', 'shop');
    await test.until(serviceAccounts, (all) => all.some(({ metadata }) => metadata.namespace === 'shop'));
  });

  it('says what of its content could not be deleted', async () => {
    const clock = new SteppedClock();
    test = await startTestCluster({ clock });
    await test.cluster.create<Namespace>(namespaces, { metadata: { name: 'shop' } });
    await test.idle();
    // Its webhook is nowhere, and must be asked before a config map may go.
    await test.cluster.create(validatingWebhookConfigurations, {
      metadata: { name: 'guard' },
      webhooks: [
        {
          name: 'guard.example.com',
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          clientConfig: { service: { name: 'nobody', namespace: 'default' } },
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['configmaps'] }],
        },
      ],
    });
    await test.cluster.delete(namespaces, 'shop');
    await test.until(namespaces, (all) =>
      all.some((each) => conditionOf(each, 'NamespaceDeletionContentFailure')?.status === 'True'),
    );
    const shop = test.cluster.get(namespaces, 'shop') as Namespace;
    expect(conditionOf(shop, 'NamespaceDeletionContentFailure')).toMatchObject({
      reason: 'ContentDeletionFailed',
      message: expect.stringMatching(
        /^Failed to delete all resource types, 1 remaining: .*failed calling webhook "guard.example.com"/,
      ),
    });
    await test.cluster.delete(validatingWebhookConfigurations, 'guard');
    await clock.step(60_000);
    await test.until(namespaces, (all) => all.every(({ metadata }) => metadata.name !== 'shop'));
    expect(test.errors.splice(0)).not.toEqual([]);
  });

  it('that is deleted says what remains, refuses new content, and goes when it is empty', async () => {
    test = await startTestCluster({});
    await test.cluster.create<Namespace>(namespaces, { metadata: { name: 'shop' } });
    await test.idle();
    const held = { metadata: { name: 'held', namespace: 'shop', finalizers: ['example.com/hold'] } };
    await test.cluster.create(configMaps, held);
    await test.cluster.delete(namespaces, 'shop');
    await test.idle();
    const shop = test.cluster.get(namespaces, 'shop') as Namespace;
    expect(shop.status?.phase).toBe('Terminating');
    expect(shop.status?.conditions?.map(({ type, status, message }) => [type, status, message])).toEqual([
      ['NamespaceDeletionDiscoveryFailure', 'False', 'All resources successfully discovered'],
      ['NamespaceDeletionGroupVersionParsingFailure', 'False', 'All legacy kube types successfully parsed'],
      ['NamespaceDeletionContentFailure', 'False', 'All content successfully deleted, may be waiting on finalization'],
      ['NamespaceContentRemaining', 'True', 'Some resources are remaining: configmaps. has 1 resource instances'],
      [
        'NamespaceFinalizersRemaining',
        'True',
        'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
      ],
    ]);
    const refused = test.cluster.create(configMaps, { metadata: { name: 'late', namespace: 'shop' } });
    await expect(refused).rejects.toMatchObject({ code: 403 });
    await test.cluster.modify(configMaps, 'held', 'shop', (draft) => {
      draft.metadata.finalizers = [];
    });
    await test.until(namespaces, (all) => all.every(({ metadata }) => metadata.name !== 'shop'));
  });
});
