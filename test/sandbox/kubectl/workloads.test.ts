import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubectlVersion } from '../../tools/kubectl.ts';
import { ClusterFixture } from './cluster-fixture.ts';
import { app, split, splitDefinition } from './manifests.ts';

/** What changes from run to run, as the recordings of the real server have it normalised. */
const normal = (text: string) =>
  text
    .replaceAll(/bookstore-[0-9a-z]{6,10}-[0-9a-z]{5}/g, 'bookstore-HASH-ABCDE')
    .replaceAll(/bookstore-[0-9a-z]{8,10}(?=\s)/g, 'bookstore-HASH')
    .replaceAll(/\b\d+s\b/g, 'AGE')
    .replaceAll(/\b10\.\d+\.\d+\.\d+\b/g, 'ADDRESS')
    .replaceAll(/ +/g, ' ');

const versions: readonly KubectlVersion[] = ['1.28', '1.32', '1.36'];

describe.each(versions)('kubectl %s against the sandbox', (version) => {
  let cluster: ClusterFixture;
  const ok = (line: string, options = {}) => cluster.ok(version, line, options);
  const fails = async (line: string) => {
    const { code, stderr } = await cluster.kubectl(version, line);
    expect(code).toBe(1);
    return stderr.trim();
  };

  beforeAll(async () => {
    cluster = await ClusterFixture.start();
    cluster.file('app.yaml', app());
    cluster.file('app2.yaml', app({ replicas: 2 }));
    cluster.file('crd.yaml', splitDefinition);
    cluster.file('split.yaml', split(50));
    cluster.file('split2.yaml', split(10));
    await ok('create namespace shop');
  });
  afterAll(() => cluster.close());

  it('says what exists, what is not there and what it does not know', async () => {
    expect(await fails('create namespace shop')).toBe(
      'Error from server (AlreadyExists): namespaces "shop" already exists',
    );
    expect(await fails('get pod nope -n shop')).toBe('Error from server (NotFound): pods "nope" not found');
    expect(await fails('get nosuch')).toBe('error: the server doesn\'t have a resource type "nosuch"');
    expect((await cluster.kubectl(version, 'get pods -n shop')).stderr).toBe('No resources found in shop namespace.\n');
    expect(await ok('version')).toContain('Server Version: v1.33.5');
  });

  it('applies, applies again, shows the difference, applies that', async () => {
    expect(await ok('apply -f app.yaml')).toBe(
      'serviceaccount/bookstore created\nservice/bookstore created\ndeployment.apps/bookstore created\n',
    );
    expect(await ok('apply -f app.yaml')).toBe(
      'serviceaccount/bookstore unchanged\nservice/bookstore unchanged\ndeployment.apps/bookstore unchanged\n',
    );
    const diff = await cluster.kubectl(version, 'diff -f app2.yaml');
    expect(diff.code).toBe(1);
    expect(diff.stdout.split('\n').filter((line) => /^[-+] /.test(line))).toEqual([
      '-  generation: 1',
      '+  generation: 2',
      '-  replicas: 1',
      '+  replicas: 2',
    ]);
    expect(await ok('apply --dry-run=server -f app2.yaml')).toContain(
      'deployment.apps/bookstore configured (server dry run)',
    );
    expect(await ok('get deploy bookstore -n shop -o jsonpath={.spec.replicas}')).toBe('1');
    expect(await ok('rollout status deploy/bookstore -n shop --timeout=10s')).toContain('successfully rolled out');
  });

  it('prints the columns of the real server', async () => {
    // recordings/real-apiserver-1.36--kubectl-k32.txt, `kubectl get all`
    expect(normal(await ok('get all -n shop'))).toBe(
      normal(`NAME                             READY   STATUS    RESTARTS   AGE
pod/bookstore-6689c7cd8b-lv47d   2/2     Running   0          26s

NAME                TYPE        CLUSTER-IP      EXTERNAL-IP   PORT(S)     AGE
service/bookstore   ClusterIP   10.96.161.206   <none>        14001/TCP   26s

NAME                        READY   UP-TO-DATE   AVAILABLE   AGE
deployment.apps/bookstore   1/1     1            1           26s

NAME                                   DESIRED   CURRENT   READY   AGE
replicaset.apps/bookstore-6689c7cd8b   1         1         1       26s
`),
    );
    expect(normal(await ok('get pods -A -o wide -l app=bookstore'))).toBe(
      normal(`NAMESPACE   NAME                         READY   STATUS    RESTARTS   AGE   IP            NODE        NOMINATED NODE   READINESS GATES
shop        bookstore-6689c7cd8b-lv47d   2/2     Running   0          25s   10.244.0.20   sandbox-1   <none>           <none>
`),
    );
    expect(normal(await ok('get deploy bookstore -n shop -o wide'))).toContain(
      'bookstore,envoy openservicemesh/bookstore:v1.2.4,envoyproxy/envoy:v1.19.3 app=bookstore',
    );
    expect(await ok('get pods -n shop -o custom-columns=PHASE:.status.phase --sort-by=.metadata.name')).toBe(
      'PHASE\nRunning\n',
    );
    expect(await ok('get svc -n shop -o name')).toBe('service/bookstore\n');
    expect(await ok('get pods -n shop --field-selector status.phase=Running --show-labels')).toContain(
      'app=bookstore,pod-template-hash=',
    );
    expect(JSON.parse(await ok('get pods -n shop -o json'))).toMatchObject({
      kind: 'List',
      items: [{ kind: 'Pod', apiVersion: 'v1' }],
    });
    const endpoints = await cluster.kubectl(version, 'get endpoints -n shop');
    expect(endpoints.stdout).toContain('10.244.0.20:14001');
    expect(endpoints.stderr).toBe(
      'Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\n',
    );
  });

  it('describes pods, deployments, nodes and namespaces without complaint', async () => {
    const pod = await ok('describe pod -n shop');
    expect(pod).toMatch(/Events:\n {2}Type +Reason +Age +From +Message\n.*\n +Normal +Scheduled/);
    expect(pod).toContain('State:          Running');
    expect(await ok('describe deploy bookstore -n shop')).toContain(
      'RollingUpdateStrategy:  25% max unavailable, 25% max surge',
    );
    expect(await ok('describe ns shop')).toContain('No LimitRange resource.');
    expect(await ok('describe node sandbox-1')).toContain('Container Runtime Version:  containerd://1.7.27');
  });

  it('changes objects by label, annotate, patch, scale, edit, set, restart and server-side apply', async () => {
    expect(await ok('label ns shop app=x')).toBe('namespace/shop labeled\n');
    expect(await ok('label ns shop app-')).toBe('namespace/shop unlabeled\n');
    expect(await ok('annotate ns shop a=b')).toBe('namespace/shop annotated\n');
    expect(await ok('scale deploy bookstore -n shop --replicas=2')).toBe('deployment.apps/bookstore scaled\n');
    const replicas = '\'[{"op":"replace","path":"/spec/replicas","value":1}]\'';
    expect(await ok(`patch deploy bookstore -n shop --type=json -p ${replicas}`)).toBe(
      'deployment.apps/bookstore patched\n',
    );
    expect(await ok(`patch deploy bookstore -n shop --type=json -p ${replicas}`)).toBe(
      'deployment.apps/bookstore patched (no change)\n',
    );
    const env = { KUBE_EDITOR: 'sed -i s/bookstore:v1.2.4/bookstore:v1.2.5/' };
    expect(await ok('edit deploy bookstore -n shop', { env })).toBe('deployment.apps/bookstore edited\n');
    expect(await ok('set image deploy/bookstore envoy=envoyproxy/envoy:v1.20 -n shop')).toBe(
      'deployment.apps/bookstore image updated\n',
    );
    expect(await ok('rollout restart deploy/bookstore -n shop')).toBe('deployment.apps/bookstore restarted\n');
    expect(await ok('rollout status deploy/bookstore -n shop --timeout=10s')).toContain('successfully rolled out');
    expect(await ok('wait --for=condition=Available deploy/bookstore -n shop --timeout=10s')).toBe(
      'deployment.apps/bookstore condition met\n',
    );
    expect(await ok('apply --server-side --force-conflicts -f app.yaml')).toContain(
      'deployment.apps/bookstore serverside-applied\n',
    );
    expect(await ok('get deploy bookstore -n shop -o jsonpath={..image}')).toContain(
      'openservicemesh/bookstore:v1.2.4',
    );
  });

  it('serves custom resources as soon as they are defined', async () => {
    await ok('apply -f crd.yaml');
    await ok('wait --for=condition=Established crd/trafficsplits.split.smi-spec.io --timeout=10s');
    expect(await ok('apply -f split.yaml')).toBe('trafficsplit.split.smi-spec.io/split created\n');
    expect(await ok('apply -f split.yaml')).toBe('trafficsplit.split.smi-spec.io/split unchanged\n');
    expect(await ok('apply -f split2.yaml')).toBe('trafficsplit.split.smi-spec.io/split configured\n');
    expect(await ok('get ts -n shop')).toBe('NAME    SERVICE\nsplit   bookstore\n');
    expect(await ok('explain trafficsplit.spec')).toMatch(
      /service\s+<string> -required-\s+The apex service of this split\./,
    );
    expect(await fails('patch ts split -n shop -p \'{"spec":{"service":"x"}}\'')).toContain(
      'is not supported by split.smi-spec.io/v1alpha2',
    );
    expect(await ok('api-resources --api-group=split.smi-spec.io -o name')).toBe('trafficsplits.split.smi-spec.io\n');
    expect(await ok('describe ts split -n shop')).toContain('Weight:   90');
  });

  it('explains fields and answers questions about access', async () => {
    expect(await ok('explain pod.spec.containers.ports')).toMatch(/containerPort\s+<integer> -required-/);
    expect(await ok('explain deployment.spec.strategy')).toContain('FIELD: strategy <DeploymentStrategy>');
    expect(await ok('auth can-i create pods -n shop')).toBe('yes\n');
    expect(await ok('api-versions')).toContain('apps/v1\n');
    expect(await fails('get pods --as jane')).toContain('(Forbidden)');
    expect(await fails('top pods')).toBe('error: Metrics API not available');
  });

  it('deletes, and waits for what is deleted', async () => {
    const where = version === '1.36' ? ' from shop namespace' : '';
    expect(await ok('delete -f split.yaml')).toBe(`trafficsplit.split.smi-spec.io "split" deleted${where}\n`);
    const pod = (await ok('get pods -n shop -o name')).trim().replace('pod/', '');
    expect(await ok(`delete pod ${pod} -n shop --timeout=10s`)).toBe(`pod "${pod}" deleted${where}\n`);
    expect(await ok('delete ns shop --timeout=10s')).toBe('namespace "shop" deleted\n');
    expect(await fails('get ns shop')).toBe('Error from server (NotFound): namespaces "shop" not found');
  });
});
