import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Webhook } from '../../../src/kube/api-extensions.ts';
import type { Pod } from '../../../src/kube/objects.ts';
import {
  mutatingWebhookConfigurations,
  namespaces,
  pods,
  services,
  validatingWebhookConfigurations,
} from '../../../src/kube/resources.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { CertificateAuthority } from '../../../src/sandbox/pki/authority.ts';
import { podOf, refusal, type TestApi, testApi } from './api-fixture.ts';

const authority = CertificateAuthority.create(systemClock, { commonName: 'mesh-ca' });
const stranger = CertificateAuthority.create(systemClock, { commonName: 'stranger' });
const pair = authority.issue({ commonName: 'osm', dnsNames: ['osm-injector.kube-system.svc'], validityMs: 3600_000 });

interface Review {
  request: { uid: string; operation: string; object: Pod; namespace: string; userInfo: { username: string } };
}

let api: TestApi;
let server: Server;
let seen: Review['request'][];
let respond: (request: Review['request']) => object;

beforeEach(async () => {
  seen = [];
  respond = () => ({ allowed: true });
  server = createServer({ cert: pair.certPem, key: pair.keyPem }, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const review = JSON.parse(Buffer.concat(chunks).toString()) as Review;
    seen.push(review.request);
    const answer = { uid: review.request.uid, ...respond(review.request) };
    response.end(JSON.stringify({ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', response: answer }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  api = await testApi(async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  });
  await api.cluster.create(namespaces, { metadata: { name: 'kube-system' } });
  await api.cluster.create(services, {
    metadata: { name: 'osm-injector', namespace: 'kube-system' },
    spec: { ports: [{ port: 9090 }] },
  });
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const webhookOf = (changes: Partial<Webhook> = {}): Webhook => ({
  name: 'osm-inject.k8s.io',
  clientConfig: {
    service: { namespace: 'kube-system', name: 'osm-injector', path: '/mutate-pod-creation', port: 9090 },
    caBundle: Buffer.from(authority.certPem).toString('base64'),
  },
  rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
  sideEffects: 'NoneOnDryRun',
  admissionReviewVersions: ['v1'],
  ...changes,
});

const install = (ref: typeof mutatingWebhookConfigurations, ...webhooks: Webhook[]) =>
  api.cluster.create(ref, { metadata: { name: 'osm' }, webhooks });

describe('a mutating webhook', () => {
  it('changes what is stored, over TLS; a container it adds gets its token volume', async () => {
    respond = ({ object }) => {
      const added = [
        { op: 'add', path: '/spec/containers/-', value: { name: 'envoy', image: 'envoyproxy/envoy:v1.19.3' } },
      ];
      expect(object.spec.containers).toHaveLength(1);
      return { allowed: true, patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(added)).toString('base64') };
    };
    await install(mutatingWebhookConfigurations, webhookOf());
    const pod = await api.cluster.create(pods, podOf('web'));
    expect(pod.spec.containers.map(({ name }) => name)).toEqual(['app', 'envoy']);
    expect(pod.spec.containers[1]).toMatchObject({
      imagePullPolicy: 'IfNotPresent',
      volumeMounts: [{ mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }],
    });
    expect(seen).toMatchObject([{ operation: 'CREATE', namespace: 'shop', name: 'web', dryRun: false }]);
  });

  it('is asked only where its selectors match', async () => {
    const namespaceSelector = { matchLabels: { 'openservicemesh.io/monitored-by': 'osm' } };
    await install(mutatingWebhookConfigurations, webhookOf({ namespaceSelector }));
    await api.cluster.create(pods, podOf('before'));
    await api.cluster.modify(namespaces, 'shop', undefined, (draft) => {
      draft.metadata.labels = { ...draft.metadata.labels, 'openservicemesh.io/monitored-by': 'osm' };
    });
    await api.cluster.create(pods, podOf('after'));
    expect(seen.map(({ object }) => object.metadata.name)).toEqual(['after']);
  });
});

describe('a validating webhook', () => {
  it('refuses with the code and message it gives, as recorded', async () => {
    respond = () => ({ allowed: false, status: { code: 403, message: 'backends must be 2' } });
    await install(validatingWebhookConfigurations, webhookOf({ name: 'osm-validator.k8s.io' }));
    const { status } = await refusal(api.cluster.create(pods, podOf('web')));
    expect(status).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'admission webhook "osm-validator.k8s.io" denied the request: backends must be 2',
      code: 403,
    });
    expect(api.cluster.get(pods, 'web', 'shop')).toBeUndefined();
  });

  it('without a code it is a 400', async () => {
    respond = () => ({ allowed: false });
    await install(validatingWebhookConfigurations, webhookOf());
    const { status } = await refusal(api.cluster.create(pods, podOf('web')));
    expect(status).toMatchObject({
      code: 400,
      message: 'admission webhook "osm-inject.k8s.io" denied the request without explanation',
    });
  });
});

describe('a webhook that cannot be called', () => {
  const message = async () => (await refusal(api.cluster.create(pods, podOf('web')))).message;

  it('nobody listens: 500 with the words of a real server', async () => {
    const { port } = server.address() as AddressInfo;
    const deadPort = port === 1 ? 2 : 1;
    const clientConfig = { url: `https://127.0.0.1:${deadPort}/x` };
    await install(mutatingWebhookConfigurations, webhookOf({ name: 'down.k8s.io', clientConfig, timeoutSeconds: 2 }));
    expect(await message()).toBe(
      `Internal error occurred: failed calling webhook "down.k8s.io": failed to call webhook: Post "https://127.0.0.1:${deadPort}/x?timeout=2s": dial tcp 127.0.0.1:${deadPort}: connect: connection refused`,
    );
  });

  it('a certificate of an unknown authority is not trusted', async () => {
    const { clientConfig } = webhookOf();
    const caBundle = Buffer.from(stranger.certPem).toString('base64');
    await install(mutatingWebhookConfigurations, webhookOf({ clientConfig: { ...clientConfig, caBundle } }));
    expect(await message()).toBe(
      'Internal error occurred: failed calling webhook "osm-inject.k8s.io": failed to call webhook: Post "https://osm-injector.kube-system.svc:9090/mutate-pod-creation?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    );
    expect(seen).toEqual([]);
  });

  it('a Service that does not exist is named', async () => {
    const service = { namespace: 'kube-system', name: 'gone' };
    await install(mutatingWebhookConfigurations, webhookOf({ clientConfig: { service } }));
    expect(await message()).toContain('Post "https://gone.kube-system.svc:443/?timeout=10s": service "gone" not found');
  });

  it('failurePolicy Ignore lets the request through', async () => {
    const service = { namespace: 'kube-system', name: 'gone' };
    await install(mutatingWebhookConfigurations, webhookOf({ clientConfig: { service }, failurePolicy: 'Ignore' }));
    await expect(api.cluster.create(pods, podOf('web'))).resolves.toBeDefined();
  });

  it('one that never answers is given up after its timeout', async () => {
    let release: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      server.removeAllListeners('request');
      server.on('request', (_request, response) => {
        release = () => response.destroy();
        resolve();
      });
    });
    await install(mutatingWebhookConfigurations, webhookOf({ timeoutSeconds: 3 }));
    const refused = message();
    await asked;
    await api.clock.step(3000);
    expect(await refused).toMatch(/\?timeout=3s": context deadline exceeded$/);
    release();
  });
});
