import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EndpointAddress, Endpoints } from '../../../src/kube/objects.ts';
import * as resources from '../../../src/kube/resources.ts';
import { SteppedClock } from '../../../src/platform/clock.ts';
import { seededRandom } from '../../../src/platform/random.ts';
import { createApi } from '../../../src/sandbox/apiserver/create-api.ts';
import type { ClusterApi } from '../../../src/sandbox/cluster-api.ts';
import { createPodNetwork } from '../../../src/sandbox/network/create-pod-network.ts';
import type {
  AcceptedConnection,
  ContainerSockets,
  PodNetwork,
  Redirects,
} from '../../../src/sandbox/network/pod-network.ts';
import { Store } from '../../../src/sandbox/store/store.ts';

let api: ClusterApi;
let network: PodNetwork;
let store: Store;
let clock: SteppedClock;

beforeEach(async () => {
  clock = new SteppedClock();
  store = new Store({ clock });
  const noService = () => Promise.reject(new Error('no webhooks here'));
  api = createApi({ store, clock, random: seededRandom(3), connectToService: noService }).cluster;
  network = createPodNetwork({ api, clock, random: seededRandom(3) });
  await api.create(resources.namespaces, { metadata: { name: 'shop' } });
});

afterEach(async () => {
  await network.close();
  store.close();
});

const pod = (name: string, nodeName = 'node-a'): ContainerSockets => {
  network.addPod({ uid: name, namespace: 'shop', name, nodeName });
  return network.sockets(name, 1000);
};

const addresses = (...list: EndpointAddress[]) => ({ addresses: list });

async function service(
  name: string,
  spec: object,
  subset?: { addresses?: EndpointAddress[]; notReadyAddresses?: EndpointAddress[] },
): Promise<string> {
  const created = await api.create(resources.services, {
    metadata: { name, namespace: 'shop' },
    spec: { ports: [{ name: 'web', port: 80, targetPort: 8080 }], ...spec },
  });
  if (subset) {
    const object: Endpoints = {
      metadata: { name, namespace: 'shop' },
      subsets: [{ ...subset, ports: [{ name: 'web', port: 8080, protocol: 'TCP' }] }],
    };
    await api.create(resources.endpoints, object);
  }
  return created.spec.clusterIP ?? '';
}

/** Listens and tells who is calling, each connection as one line. */
async function whoami(
  sockets: ContainerSockets,
  name: string,
  port = 8080,
  host?: string,
): Promise<AcceptedConnection[]> {
  const seen: AcceptedConnection[] = [];
  await sockets.listen(
    port,
    (connection) => {
      seen.push(connection);
      connection.socket.end(name);
    },
    host === undefined ? {} : { host },
  );
  return seen;
}

const answerOf = async (from: ContainerSockets, host: string, port: number): Promise<string> => {
  const socket = await from.connect(host, port);
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
};

const mesh: Redirects = {
  proxyUid: 1500,
  inboundPort: 15003,
  outboundPort: 15001,
  inboundPortExclusions: [15901],
  outboundPortExclusions: [3306],
  outboundIpRangeExclusions: ['10.99.0.0/16'],
  outboundIpRangeInclusions: [],
};

describe('pod network', () => {
  it('gives each node a range of its own, each pod an address, and no address twice while it is in use', () => {
    expect([pod('a', 'one').podIp, pod('b', 'one').podIp, pod('c', 'two').podIp]).toEqual([
      '10.244.0.2',
      '10.244.0.3',
      '10.244.1.2',
    ]);
    network.removePod('a');
    expect(pod('d', 'one').podIp).toBe('10.244.0.4');
  });

  it('hands the accepting side the addresses of pods, not those of this machine', async () => {
    const [server, client] = [pod('server'), pod('client')];
    const seen = await whoami(server, 'hello');
    expect(await answerOf(client, server.podIp, 8080)).toBe('hello');
    expect(seen[0]).toMatchObject({
      remote: { ip: client.podIp },
      originalDestination: { ip: server.podIp, port: 8080 },
    });
  });

  it('refuses a port nobody listens on, an address nobody has, and a second listener', async () => {
    const [server, client] = [pod('server'), pod('client')];
    await whoami(server, 'loopback only', 8080, '127.0.0.1');
    await expect(client.connect(server.podIp, 8080)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(client.connect('10.244.9.9', 80)).rejects.toMatchObject({ code: 'EHOSTUNREACH' });
    await expect(server.listen(8080, () => {})).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(await answerOf(server, 'localhost', 8080)).toBe('loopback only');
  });

  it('resolves names as CoreDNS does with the search list of the pod', async () => {
    const client = pod('client');
    const ip = await service('web', {});
    for (const name of [
      'web',
      'WEB.shop',
      'web.shop.svc',
      'web.shop.svc.cluster.local',
      'web.shop.svc.cluster.local.',
    ]) {
      expect(await client.resolve(name)).toEqual([ip]);
    }
    expect(await client.resolve('10-244-1-7.shop.pod.cluster.local')).toEqual(['10.244.1.7']);
    for (const name of ['web.other', 'web.', 'nothing', 'example.com']) {
      await expect(client.resolve(name)).rejects.toMatchObject({ code: 'ENOTFOUND' });
    }
  });

  it('resolves a headless Service to its ready pods, and each of them by its hostname', async () => {
    const client = pod('client');
    await service(
      'db',
      { clusterIP: 'None' },
      {
        ...addresses({ ip: '10.244.0.8', hostname: 'db-0' }),
        notReadyAddresses: [{ ip: '10.244.0.9', hostname: 'db-1' }],
      },
    );
    expect(await client.resolve('db.shop')).toEqual(['10.244.0.8']);
    expect(await client.resolve('db-0.db.shop.svc.cluster.local')).toEqual(['10.244.0.8']);
    await expect(client.resolve('db-1.db')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('spreads connections to a ClusterIP over ready endpoints and refuses without one or on another port', async () => {
    const [one, two, client] = [pod('one'), pod('two'), pod('client')];
    await whoami(one, 'one');
    await whoami(two, 'two');
    await service('web', {}, addresses({ ip: one.podIp }, { ip: two.podIp }));
    const answers = new Set<string>();
    for (let call = 0; call < 20; call++) answers.add(await answerOf(client, 'web', 80));
    expect([...answers].sort()).toEqual(['one', 'two']);
    await service('empty', {}, { notReadyAddresses: [{ ip: one.podIp }] });
    await expect(client.connect('empty', 80)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(client.connect('web', 81)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const socket = await network.connectToService('shop', 'web', 80);
    socket.destroy();
  });

  it('redirects as the iptables of a sidecar do: by user, by port, by range', async () => {
    const [app, server] = [pod('client'), pod('server')];
    const [proxy, root] = [network.sockets('client', 1500), network.sockets('client', 0)];
    const outbound = await whoami(proxy, 'outbound sidecar', 15001);
    await whoami(server, 'server');
    await whoami(server, 'database', 3306);
    root.redirect(mesh);
    expect(await answerOf(app, server.podIp, 8080)).toBe('outbound sidecar');
    expect(outbound[0]?.originalDestination).toEqual({ ip: server.podIp, port: 8080 });
    expect(await answerOf(proxy, server.podIp, 8080)).toBe('server');
    expect(await answerOf(app, server.podIp, 3306)).toBe('database');
    await expect(app.connect('10.99.0.1', 80)).rejects.toMatchObject({ code: 'EHOSTUNREACH' });
    expect(() => app.redirect(mesh)).toThrow(/EPERM/);
  });

  it('sends what comes into a meshed pod to its inbound listener, past it only from inside and on excluded ports', async () => {
    const [server, client] = [pod('server'), pod('client')];
    const inbound = await whoami(server, 'inbound sidecar', 15003);
    await whoami(server, 'app');
    await whoami(server, 'probe', 15901);
    network.sockets('server', 0).redirect(mesh);
    expect(await answerOf(client, server.podIp, 8080)).toBe('inbound sidecar');
    expect(inbound[0]?.originalDestination).toEqual({ ip: server.podIp, port: 8080 });
    const read = async (socket: Awaited<ReturnType<PodNetwork['connectInside']>>) => {
      let text = '';
      for await (const chunk of socket) text += chunk;
      return text;
    };
    expect(await read(await network.connectFromNode('server', 15901))).toBe('probe');
    expect(await read(await network.connectFromNode('server', 8080))).toBe('inbound sidecar');
    expect(await read(await network.connectInside('server', 8080))).toBe('app');
    expect(await answerOf(network.sockets('server', 1500), server.podIp, 8080)).toBe('inbound sidecar');
  });

  it('refuses what is redirected to a sidecar that does not listen', async () => {
    const [client, server] = [pod('client'), pod('server')];
    await whoami(server, 'server');
    network.sockets('client', 0).redirect(mesh);
    await expect(client.connect(server.podIp, 8080)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('hangs up on a stranger who found the raw port', async () => {
    const server = pod('server');
    const seen = await whoami(server, 'hello');
    const client = await network.connectInside('server', 8080);
    const stranger = connect({ host: '127.0.0.1', port: client.remotePort ?? 0 });
    await new Promise((connected) => stranger.once('connect', connected));
    const closed = new Promise((done) => stranger.once('close', done));
    stranger.on('error', () => {}).resume();
    const pump = setInterval(() => void clock.step(1000), 5);
    await closed;
    clearInterval(pump);
    expect(seen).toHaveLength(1);
    client.destroy();
  });

  it('takes the connections of a removed pod down with it', async () => {
    const [server, client] = [pod('server'), pod('client')];
    await server.listen(8080, () => {});
    const socket = await client.connect(server.podIp, 8080);
    const closed = new Promise((done) => socket.once('close', done));
    network.removePod('server');
    socket.resume();
    await closed;
    await expect(client.connect(server.podIp, 8080)).rejects.toMatchObject({ code: 'EHOSTUNREACH' });
  });
});
