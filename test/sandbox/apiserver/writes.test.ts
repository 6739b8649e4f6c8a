import { beforeEach, describe, expect, it } from 'vitest';
import type { Namespace, Pod, Service } from '../../../src/kube/objects.ts';
import { deployments, namespaces, pods, serviceAccounts, services } from '../../../src/kube/resources.ts';
import { admin, deploymentOf, podOf, refusal, type TestApi, testApi } from './api-fixture.ts';

let api: TestApi;
beforeEach(async () => {
  api = await testApi();
});

describe('creating', () => {
  it('a Deployment comes back with the defaults of a real server', async () => {
    const { spec, metadata } = await api.post('apps/v1/deployments', deploymentOf('bookstore'));
    expect(metadata).toMatchObject({ name: 'bookstore', namespace: 'shop', generation: 1 });
    expect(metadata.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(spec).toEqual({
      replicas: 1,
      selector: { matchLabels: { app: 'bookstore' } },
      template: {
        metadata: { labels: { app: 'bookstore' } },
        spec: {
          containers: [
            {
              name: 'app',
              image: 'openservicemesh/bookstore:v1.2.4',
              resources: {},
              terminationMessagePath: '/dev/termination-log',
              terminationMessagePolicy: 'File',
              imagePullPolicy: 'IfNotPresent',
            },
          ],
          restartPolicy: 'Always',
          terminationGracePeriodSeconds: 30,
          dnsPolicy: 'ClusterFirst',
          securityContext: {},
          schedulerName: 'default-scheduler',
        },
      },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    });
  });

  it('a Pod gets its service account, a token volume, tolerations and priority', async () => {
    const pod = (await api.post('v1/pods', podOf('web'))) as Pod;
    const [volume] = pod.spec.volumes ?? [];
    expect(volume?.name).toMatch(/^kube-api-access-[a-z0-9]{5}$/);
    expect(pod.spec.containers[0]?.volumeMounts).toEqual([
      { name: volume?.name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
    ]);
    expect(pod.spec).toMatchObject({
      serviceAccountName: 'default',
      serviceAccount: 'default',
      priority: 0,
      enableServiceLinks: true,
      preemptionPolicy: 'PreemptLowerPriority',
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
        { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      ],
    });
    expect(pod.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
  });

  it('a Service gets an address of its own from the service range, and keeps it through a PUT without it', async () => {
    const port = { port: 14001, name: 'bookstore-port' };
    const first = (await api.post('v1/services', { metadata: { name: 'a' }, spec: { ports: [port] } })) as Service;
    const second = (await api.post('v1/services', { metadata: { name: 'b' }, spec: { ports: [port] } })) as Service;
    expect(first.spec).toMatchObject({
      ports: [{ name: 'bookstore-port', port: 14001, targetPort: 14001, protocol: 'TCP' }],
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
    });
    expect(first.spec.clusterIP).toMatch(/^10\.0\.\d+\.\d+$/);
    expect(second.spec.clusterIP).not.toBe(first.spec.clusterIP);
    const replaced = await api.cluster.update(services, {
      metadata: { name: 'a', namespace: 'shop', labels: { new: 'label' } },
      spec: { ports: [port] },
    });
    expect(replaced.spec.clusterIPs).toEqual([first.spec.clusterIP]);
  });

  it('generateName adds five characters', async () => {
    const { metadata } = await api.post('v1/configmaps', { metadata: { generateName: 'books-' } });
    expect(metadata.name).toMatch(/^books-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  it('a Namespace is labelled with its name, Active and held by its finalizer', () => {
    expect(api.cluster.get(namespaces, 'shop')).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': 'shop' } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  });

  it('dry run answers as usual and stores nothing', async () => {
    const before = api.store.revision;
    await api.post('v1/configmaps', { metadata: { name: 'a' } }, { dryRun: true });
    expect(api.store.revision).toBe(before);
  });
});

describe('updating', () => {
  it('an equal update neither takes a revision nor is told', async () => {
    const created = await api.cluster.create(pods, podOf('web'));
    const before = api.store.revision;
    expect(await api.cluster.update(pods, created)).toBe(created);
    expect(await api.cluster.modify(pods, 'web', 'shop', () => undefined)).toBe(created);
    expect(api.store.revision).toBe(before);
  });

  it('a spec change counts the generation, a status change does not, and neither touches the other', async () => {
    await api.post('apps/v1/deployments', deploymentOf('bookstore'));
    const scaled = await api.cluster.modify(deployments, 'bookstore', 'shop', (draft) => {
      draft.spec.replicas = 3;
      draft.status = { replicas: 99 };
    });
    expect(scaled?.metadata.generation).toBe(2);
    expect(scaled?.status).toBeUndefined();
    const reported = await api.cluster.modifyStatus(deployments, 'bookstore', 'shop', (draft) => {
      draft.spec.replicas = 7;
      draft.status = { replicas: 3 };
    });
    expect(reported?.metadata.generation).toBe(2);
    expect(reported?.spec.replicas).toBe(3);
    expect(reported?.status).toEqual({ replicas: 3 });
  });

  it('two writers at once: modify makes its change on top of the other', async () => {
    await api.cluster.create(pods, podOf('web'));
    await Promise.all(
      ['a', 'b', 'c'].map((key) =>
        api.cluster.modify(pods, 'web', 'shop', (draft) => {
          draft.metadata.labels = { ...draft.metadata.labels, [key]: 'x' };
        }),
      ),
    );
    expect(api.cluster.get(pods, 'web', 'shop')?.metadata.labels).toEqual({ a: 'x', b: 'x', c: 'x' });
  });

  it('a stale resourceVersion is refused as recorded', async () => {
    const port = { port: 80 };
    const old = await api.cluster.create(services, {
      metadata: { name: 'bookstore', namespace: 'shop' },
      spec: { ports: [port] },
    });
    await api.cluster.modify(services, 'bookstore', 'shop', (draft) => {
      draft.metadata.labels = { a: 'b' };
    });
    const { status } = await refusal(api.cluster.update(services, old));
    expect(status).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message:
        'Operation cannot be fulfilled on services "bookstore": the object has been modified; please apply your changes to the latest version and try again',
      reason: 'Conflict',
      details: { name: 'bookstore', kind: 'services' },
      code: 409,
    });
  });

  it('modify on what is not there answers undefined', async () => {
    expect(await api.cluster.modify(pods, 'nope', 'shop', () => undefined)).toBeUndefined();
  });

  it('a scheduler may bind a pod once; other changes of its spec are forbidden', async () => {
    await api.cluster.create(pods, podOf('web'));
    const bound = await api.cluster.modify(pods, 'web', 'shop', (draft) => {
      draft.spec.nodeName = 'node-1';
    });
    expect(bound?.metadata.generation).toBe(1);
    const error = await refusal(
      api.cluster.modify(pods, 'web', 'shop', (draft) => {
        draft.spec.serviceAccountName = 'zzz';
      }),
    );
    expect(error.message).toContain(
      'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,',
    );
  });
});

describe('deleting', () => {
  it('a pod with a kubelet waits for it; a second delete with grace 0 removes it', async () => {
    await api.cluster.create(pods, podOf('web', { nodeName: 'node-1' }));
    const { object } = await api.requests.delete(api.at('v1/pods', 'web'), {}, admin);
    expect(object).toMatchObject({ kind: 'Pod', metadata: { deletionGracePeriodSeconds: 30 } });
    expect(api.cluster.get(pods, 'web', 'shop')).toBe(object);
    await api.cluster.delete(pods, 'web', 'shop', { gracePeriodSeconds: 0 });
    expect(api.cluster.get(pods, 'web', 'shop')).toBeUndefined();
  });

  it('a ConfigMap answers with a Status, a Service with itself', async () => {
    const { metadata } = await api.post('v1/configmaps', { metadata: { name: 'warn1' } });
    expect((await api.requests.delete(api.at('v1/configmaps', 'warn1'), {}, admin)).object).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'warn1', kind: 'configmaps', uid: metadata.uid },
    });
    await api.post('v1/services', { metadata: { name: 's9' }, spec: { ports: [{ port: 80 }] } });
    expect((await api.requests.delete(api.at('v1/services', 's9'), {}, admin)).object).toMatchObject({
      kind: 'Service',
    });
  });

  it('a finalizer holds an object back until it is taken off', async () => {
    await api.post('v1/configmaps', { metadata: { name: 'held', finalizers: ['example.com/hold'] } });
    const events: string[] = [];
    api.requests.watch(api.at('v1/configmaps'), {}, ({ type }) => events.push(type));
    await api.requests.delete(api.at('v1/configmaps', 'held'), {}, admin);
    await api.patch('v1/configmaps', 'held', 'merge', { metadata: { finalizers: null } });
    expect(events).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
    expect(await refusal(() => api.requests.get(api.at('v1/configmaps', 'held')))).toMatchObject({ code: 404 });
  });

  it('a namespace goes when its finalizer does; nothing new comes in meanwhile', async () => {
    const { object } = await api.requests.delete(api.at('v1/namespaces', 'shop'), {}, admin);
    expect(object).toMatchObject({ kind: 'Namespace', status: { phase: 'Terminating' } });
    const error = await refusal(api.post('v1/configmaps', { metadata: { name: 'b' } }));
    expect(error.message).toBe(
      'configmaps "b" is forbidden: unable to create new content in namespace shop because it is being terminated',
    );
    const done = { ...(object as Namespace), spec: {} };
    const body = { type: 'json' as const, text: JSON.stringify(done) };
    await api.requests.update(api.at('v1/namespaces', 'shop', 'finalize'), body, {}, admin);
    expect(api.cluster.get(namespaces, 'shop')).toBeUndefined();
  });

  it('a foreign uid is refused as recorded', async () => {
    const { metadata } = await api.post('apps/v1/deployments', deploymentOf('bookstore'));
    const target = api.at('apps/v1/deployments', 'bookstore');
    const { status } = await refusal(api.requests.delete(target, { preconditions: { uid: 'zz' } }, admin));
    expect(status).toMatchObject({
      message: `Operation cannot be fulfilled on Deployment.apps "bookstore": the UID in the precondition (zz) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
      reason: 'Conflict',
      details: { name: 'bookstore', group: 'apps', kind: 'Deployment' },
      code: 409,
    });
  });

  it('foreground and orphan leave their finalizer for the garbage collector', async () => {
    await api.post('apps/v1/deployments', deploymentOf('bookstore'));
    const target = api.at('apps/v1/deployments', 'bookstore');
    const { object } = await api.requests.delete(target, { propagationPolicy: 'Foreground' }, admin);
    expect(object).toMatchObject({ metadata: { finalizers: ['foregroundDeletion'] } });
  });

  it('deleting what is gone is no error in process', async () => {
    await expect(api.cluster.delete(serviceAccounts, 'nope', 'shop')).resolves.toBeUndefined();
  });
});

describe('Events', () => {
  it('are forgotten an hour after they last happened', async () => {
    const eventOf = (name: string) => ({
      metadata: { name },
      involvedObject: { kind: 'Pod', namespace: 'shop', name: 'web' },
      lastTimestamp: new Date(api.clock.now()).toISOString(),
    });
    await api.post('v1/events', eventOf('old'));
    await api.clock.step(61 * 60 * 1000);
    await api.post('v1/events', eventOf('new'));
    const { items } = api.requests.list(api.at('v1/events'), {}).object;
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['new']);
  });
});

describe('questions about oneself', () => {
  it('an administrator may do everything, and learns who they are', async () => {
    const access = { spec: { resourceAttributes: { verb: 'create', resource: 'pods' } } };
    expect(await api.post('authorization.k8s.io/v1/selfsubjectaccessreviews', access)).toMatchObject({
      kind: 'SelfSubjectAccessReview',
      status: { allowed: true },
    });
    expect(await api.post('authentication.k8s.io/v1/selfsubjectreviews', {})).toMatchObject({
      status: { userInfo: { username: 'masterclient', groups: ['system:masters', 'system:authenticated'] } },
    });
  });

  it('a service account’s token names it', async () => {
    const target = api.at('v1/serviceaccounts', 'default', 'token');
    const { object } = await api.requests.create(target, { type: 'json', text: '{"spec":{}}' }, {}, admin);
    const { token = '' } = (object as unknown as { status: { token?: string } }).status;
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sub: string };
    expect(claims.sub).toBe('system:serviceaccount:shop:default');
  });

  it('an eviction deletes the pod, unless its options speak of a dry run', async () => {
    await api.cluster.create(pods, podOf('web'));
    const target = api.at('v1/pods', 'web', 'eviction');
    const dry = { type: 'json', text: '{"deleteOptions":{"dryRun":["All"]}}' } as const;
    await api.requests.create(target, dry, {}, admin);
    expect(api.cluster.get(pods, 'web', 'shop')).toBeDefined();
    const { code, object } = await api.requests.create(target, { type: 'json', text: '{}' }, {}, admin);
    expect({ code, object }).toMatchObject({ code: 201, object: { status: 'Success' } });
    expect(api.cluster.get(pods, 'web', 'shop')).toBeUndefined();
  });
});
