import { afterEach, expect, it } from 'vitest';
import type { Namespace, Pod, Service } from '../../../src/kube/objects.ts';
import { deployments, endpointSlices, namespaces, pods, services } from '../../../src/kube/resources.ts';
import { bookbuyer } from '../../../src/sandbox/node/images/bookbuyer.ts';
import { bookstore } from '../../../src/sandbox/node/images/bookstore.ts';
import { bookwarehouse } from '../../../src/sandbox/node/images/bookwarehouse.ts';
import { mysql } from '../../../src/sandbox/node/images/mysql.ts';
import { deployment, startTestCluster, type TestCluster } from '../test-cluster.ts';

let running: TestCluster | undefined;
afterEach(() => running?.close());

interface App {
  namespace: string;
  name: string;
  image: string;
  port: number;
  env: { name: string; value: string }[];
}

const apps: readonly App[] = [
  {
    namespace: 'bookwarehouse',
    name: 'mysql',
    image: 'mysql:5.6',
    port: 3306,
    env: [
      { name: 'MYSQL_ROOT_PASSWORD', value: 'mypassword' },
      { name: 'MYSQL_DATABASE', value: 'booksdemo' },
    ],
  },
  {
    namespace: 'bookwarehouse',
    name: 'bookwarehouse',
    image: 'openservicemesh/bookwarehouse:latest-main',
    port: 14001,
    env: [],
  },
  {
    namespace: 'bookstore',
    name: 'bookstore',
    image: 'openservicemesh/bookstore:latest-main',
    port: 14001,
    env: [{ name: 'IDENTITY', value: 'bookstore-v1' }],
  },
  { namespace: 'bookbuyer', name: 'bookbuyer', image: 'openservicemesh/bookbuyer:latest-main', port: 14001, env: [] },
];

async function deploy(cluster: TestCluster['cluster'], app: App): Promise<void> {
  if (!cluster.get(namespaces, app.namespace))
    await cluster.create<Namespace>(namespaces, { metadata: { name: app.namespace } });
  const labels = { app: app.name };
  await cluster.create<Service>(services, {
    metadata: { name: app.name, namespace: app.namespace },
    spec: { selector: labels, ports: [{ port: app.port }] },
  });
  const made = deployment(app.name, 1);
  made.metadata.namespace = app.namespace;
  made.spec.template.spec.containers = [{ name: app.name, image: app.image, env: app.env }];
  await cluster.create(deployments, made);
}

async function firstMatch(cluster: TestCluster, app: App, pattern: RegExp): Promise<string> {
  const pod = cluster.cluster
    .list<Pod>(pods, { namespace: app.namespace })
    .find((one) => one.metadata.labels?.['app'] === app.name);
  const stop = new AbortController();
  let log = '';
  const lines = cluster.kubelets.api.logs(app.namespace, pod?.metadata.name ?? '', { follow: true }, stop.signal);
  for await (const text of lines) {
    log += text;
    if (pattern.test(log)) break;
  }
  stop.abort();
  return log;
}

it('the whole demo trades over the pod network: Services, names, restocking and the database', async () => {
  running = await startTestCluster({ images: [bookbuyer, bookstore, bookwarehouse, mysql] });
  const { cluster } = running;
  for (const app of apps) {
    await deploy(cluster, app);
    // Ready endpoints first: an app that is refused at its start tries again only after ten seconds.
    await running.until(endpointSlices, (all) =>
      all.some(
        ({ metadata, endpoints }) =>
          metadata.labels?.['kubernetes.io/service-name'] === app.name &&
          endpoints.some(({ conditions }) => conditions?.ready),
      ),
    );
  }
  const [database, warehouse, store, buyer] = apps;
  if (!database || !warehouse || !store || !buyer) throw new Error('an app is missing');
  await firstMatch(running, database, /ready for connections/);
  expect(await firstMatch(running, warehouse, /Total so far: 1/)).toContain('Booksdemo database is connected.');
  expect(await firstMatch(running, store, /finished w\/ status: 200 OK 200/)).toContain('Selling a book!');
  expect(await firstMatch(running, buyer, /BooksCountV1=/)).toContain('Identity: bookstore-v1');
  expect(running.errors).toEqual([]);
});
