import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as resources from '../../../../src/kube/resources.ts';
import { customTable } from '../../../../src/sandbox/apiserver/tables/custom.ts';
import * as kinds from '../../../../src/sandbox/mesh/osm/kinds.ts';
import { addOn, meshConfigName } from '../../../../src/sandbox/mesh/osm/names.ts';
import type { IngressBackend } from '../../../../src/sandbox/mesh/osm/policy-kinds.ts';
import { startMeshCluster } from '../mesh-cluster.ts';
import { curl } from '../rows/client.ts';
import { type ClusterState, Stage } from '../rows/cluster-state.ts';
import { call, observe } from '../rows/observation.ts';
import { ingressBackend } from './policy-objects.ts';

let stage: Stage;

const principal = 'ingress-nginx.edge.cluster.local';
const base: ClusterState = {
  permissive: true,
  egress: false,
  pods: { 'shop/buyer': {}, 'shop/store': { image: 'test/echo' } },
  services: { 'shop/store': { ports: [{ port: 80, targetPort: 14001 } as { port: number }] } },
};
type Spec = NonNullable<IngressBackend['spec']>;
const withDoor = (spec: Spec): ClusterState => ({ ...base, policies: [ingressBackend('door', spec)] });
const http = { name: 'store', port: { number: 14001, protocol: 'http' } };
const https = { name: 'store', port: { number: 14001, protocol: 'https' } };
const controller = { kind: 'Service', name: 'ingress', namespace: 'edge' };
const status = () => stage.mesh.api.get(kinds.ingressBackends, 'door', 'shop')?.status;

/** A request of somebody outside the cluster's mesh, through the ingress controller. */
const throughIngress = (path = '/', port = 80) =>
  observe(stage.mesh, ['store'], () => curl(stage.mesh.inside('visitor'), `http://ingress.edge:${port}${path}`));

/** The same controller three times: plaintext, with the gateway's certificate, and over TLS without one. */
const nginxConfig = `
server { listen 80; location / { proxy_pass http://store.shop; } }
server {
  listen 8443;
  location / {
    proxy_pass https://store.shop:80;
    proxy_ssl_certificate /etc/gateway/tls.crt;
    proxy_ssl_certificate_key /etc/gateway/tls.key;
    proxy_ssl_trusted_certificate /etc/gateway/ca.crt;
    proxy_ssl_verify on;
    proxy_ssl_name store.shop.cluster.local;
  }
}
server { listen 9443; location / { proxy_pass https://store.shop:80; proxy_ssl_name store.example.com; proxy_ssl_server_name on; } }
`;

async function startIngressController(): Promise<void> {
  const { api } = stage.mesh;
  await api.create(resources.configMaps, {
    metadata: { name: 'nginx', namespace: 'edge' },
    data: { 'default.conf': nginxConfig },
  });
  await stage.mesh.pod('edge', 'visitor');
  await stage.mesh.pod('edge', 'ingress', {
    image: 'nginx',
    mounts: {
      '/etc/nginx/conf.d': { configMap: { name: 'nginx' } },
      '/etc/gateway': { secret: { secretName: 'gateway' } },
    },
  });
  await api.create(resources.services, {
    metadata: { name: 'ingress', namespace: 'edge' },
    spec: { selector: { app: 'ingress' }, ports: [80, 8443, 9443].map((port) => ({ name: `p${port}`, port })) },
  });
}

beforeAll(async () => {
  stage = new Stage(await startMeshCluster());
  await stage.mesh.namespace('edge', false);
  await stage.mesh.api.modify(kinds.meshConfigs, meshConfigName, addOn.namespace, ({ spec }) => {
    if (spec?.certificate) {
      spec.certificate.ingressGateway = {
        subjectAltNames: [principal],
        validityDuration: '1h',
        secret: { name: 'gateway', namespace: 'edge' },
      };
    }
  });
  await stage.given(base);
  await startIngressController();
});

afterAll(() => stage.mesh.close());

describe('5.7 IngressBackend over HTTP, from a namespace that the mesh does not monitor', () => {
  it('without one the controller is reset, and whoever is behind it sees 502', async () => {
    await stage.given(base);
    const { seen, log, moved } = await throughIngress();
    expect(seen).toMatchObject({ status: 502, headers: { server: expect.stringContaining('nginx') } });
    expect(log['store']).toEqual([
      expect.objectContaining({ response_flags: 'NR', response_code_details: 'filter_chain_not_found' }),
    ]);
    expect(moved['store']).toMatchObject({ 'listener.0.0.0.0_15003.no_filter_chain_match': 1 });
  });

  it('with it the request passes in plaintext; the policy says that it is committed', async () => {
    await stage.given(withDoor({ backends: [http], sources: [controller] }));
    const { seen, log, moved } = await throughIngress('/from/outside?x=1');
    expect(seen).toMatchObject({ status: 200 });
    const reached = JSON.parse('body' in seen ? seen.body : '{}') as { url: string; headers: Record<string, string> };
    expect(reached.url).toBe('/from/outside?x=1');
    expect(Object.keys(reached.headers).filter((name) => name.startsWith('osm-stats'))).toEqual([]);
    expect(log['store']).toContainEqual(
      expect.objectContaining({
        path: '/from/outside?x=1',
        response_code: 200,
        requested_server_name: null,
        upstream_cluster: 'shop/store|14001|local',
      }),
    );
    expect(moved['store']).toMatchObject({ 'http.mesh-http-conn-manager.rds-ingress.downstream_rq_total': 1 });
    await vi.waitFor(() =>
      expect(status()).toEqual({ currentStatus: 'committed', reason: 'successfully committed by the system' }),
    );
  });

  it('kubectl get shows the status as STATUS, and no age', async () => {
    await stage.given(withDoor({ backends: [http], sources: [controller] }));
    await vi.waitFor(() => expect(status()?.currentStatus).toBe('committed'));
    const { api } = stage.mesh;
    const definition = api.get(resources.customResourceDefinitions, 'ingressbackends.policy.openservicemesh.io');
    const table = customTable(definition?.spec.versions[0]?.additionalPrinterColumns);
    const door = api.get(kinds.ingressBackends, 'door', 'shop');
    expect(table.columns.map(({ name }) => name)).toEqual(['Name', 'Status']);
    expect(door && table.cells(door, Date.now())).toEqual(['door', 'committed']);
  });

  it('who is not among the sources is reset', async () => {
    await stage.given(withDoor({ backends: [http], sources: [controller] }));
    expect(await curl(stage.mesh.inside('visitor'), 'http://store.shop/')).toEqual({ curl: 56, errno: 'ECONNRESET' });
  });

  it('an IPRange lets everybody in it through', async () => {
    await stage.given(withDoor({ backends: [http], sources: [{ kind: 'IPRange', name: '10.244.0.0/16' }] }));
    expect(await curl(stage.mesh.inside('visitor'), 'http://store.shop/')).toMatchObject({ status: 200 });
    await stage.given(withDoor({ backends: [http], sources: [{ kind: 'IPRange', name: '10.250.0.0/16' }] }));
    expect((await throughIngress()).seen).toMatchObject({ status: 502 });
  });

  it('the mesh goes on beside it, over mutual TLS', async () => {
    await stage.given(withDoor({ backends: [http], sources: [controller] }));
    const { seen, log } = await call(stage.mesh, ['buyer', 'store'], 'http://store.shop/');
    expect(seen).toMatchObject({ status: 200 });
    expect(log['store']).toContainEqual(
      expect.objectContaining({ requested_server_name: 'store.shop.svc.cluster.local' }),
    );
  });

  it('needs no TrafficTarget in SMI mode', async () => {
    await stage.given({ ...withDoor({ backends: [http], sources: [controller] }), permissive: false });
    expect((await throughIngress()).seen).toMatchObject({ status: 200 });
  });

  it('the port is the pod’s: the Service’s number opens nothing and leaves no status', async () => {
    const wrong = { name: 'store', port: { number: 80, protocol: 'http' } };
    const policies = [ingressBackend('side-door', { backends: [wrong], sources: [controller] })];
    await stage.given({ ...base, policies });
    expect((await throughIngress()).seen).toMatchObject({ status: 502 });
    expect(stage.mesh.api.get(kinds.ingressBackends, 'side-door', 'shop')?.status).toBeUndefined();
  });

  it('a source Service without endpoints opens nothing, and the policy says so', async () => {
    await stage.given(
      withDoor({ backends: [http], sources: [controller, { kind: 'Service', name: 'nobody', namespace: 'edge' }] }),
    );
    expect((await throughIngress()).seen).toMatchObject({ status: 502 });
    await vi.waitFor(() =>
      expect(status()).toEqual({ currentStatus: 'error', reason: 'endpoints not found for service edge/nobody' }),
    );
  });

  it('after its deletion nobody comes in any more', async () => {
    await stage.given(withDoor({ backends: [http], sources: [controller] }));
    expect((await throughIngress()).seen).toMatchObject({ status: 200 });
    await stage.given(base);
    expect((await throughIngress()).seen).toMatchObject({ status: 502 });
  });

  it('the flag enableIngressBackendPolicy is consulted by nothing', async () => {
    await stage.given({
      ...withDoor({ backends: [http], sources: [controller] }),
      features: { enableIngressBackendPolicy: false },
    });
    expect((await throughIngress()).seen).toMatchObject({ status: 200 });
  });
});

describe('5.7 IngressBackend over HTTPS', () => {
  const named = (name: string): Spec => ({
    backends: [{ ...https, tls: { skipClientCertValidation: false } }],
    sources: [controller, { kind: 'AuthenticatedPrincipal', name }],
  });

  it('MeshConfig’s certificate.ingressGateway puts a certificate of the mesh into the Secret it names', () => {
    const secret = stage.mesh.api.get(resources.secrets, 'gateway', 'edge');
    expect(secret).toMatchObject({ type: 'kubernetes.io/tls' });
    const text = (key: string) => Buffer.from(secret?.data?.[key] ?? '', 'base64').toString();
    const certificate = new X509Certificate(text('tls.crt'));
    expect(certificate.subjectAltName).toBe(`DNS:${principal}`);
    expect(certificate.verify(new X509Certificate(text('ca.crt')).publicKey)).toBe(true);
    expect(certificate.validToDate.getTime() - certificate.validFromDate.getTime()).toBe(3_600_000);
  });

  it('the named principal comes in with its certificate: 200', async () => {
    await stage.given(withDoor(named(principal)));
    const { seen, log, moved } = await throughIngress('/', 8443);
    expect(seen).toMatchObject({ status: 200 });
    expect(log['store']).toContainEqual(expect.objectContaining({ response_code: 200 }));
    expect(moved['store']).toMatchObject({ 'http.mesh-http-conn-manager.rds-ingress.rbac.allowed': 1 });
  });

  it('another holder of a mesh certificate is 403 RBAC: access denied', async () => {
    await stage.given(withDoor(named('somebody-else.edge.cluster.local')));
    const { seen, log, moved } = await throughIngress('/', 8443);
    expect(seen).toMatchObject({ status: 403, body: 'RBAC: access denied', headers: { 'content-length': '19' } });
    expect(log['store']).toContainEqual(
      expect.objectContaining({ response_code_details: 'rbac_access_denied_matched_policy[none]' }),
    );
    expect(moved['store']).toMatchObject({ 'http.mesh-http-conn-manager.rds-ingress.rbac.denied': 1 });
  });

  it('without a certificate, and in plaintext, it is 502', async () => {
    await stage.given(withDoor(named(principal)));
    expect((await throughIngress('/', 9443)).seen).toMatchObject({ status: 502 });
    expect((await throughIngress('/', 80)).seen).toMatchObject({ status: 502 });
  });

  it('with skipClientCertValidation nobody is asked for one; the policy may name hosts for SNI', async () => {
    const open = (sniHosts: string[]): Spec => ({
      backends: [{ ...https, tls: { skipClientCertValidation: true, sniHosts } }],
      sources: [controller, { kind: 'AuthenticatedPrincipal', name: '*' }],
    });
    await stage.given(withDoor(open(['store.example.com'])));
    expect((await throughIngress('/', 9443)).seen).toMatchObject({ status: 200 });
    await stage.given(withDoor(open(['other.example.com'])));
    expect((await throughIngress('/', 9443)).seen).toMatchObject({ status: 502 });
  });

  it('the Secret goes with the field that asked for it', async () => {
    await stage.given(base);
    await stage.mesh.api.modify(kinds.meshConfigs, meshConfigName, addOn.namespace, ({ spec }) => {
      delete spec?.certificate?.ingressGateway;
    });
    await vi.waitFor(() => expect(stage.mesh.api.get(resources.secrets, 'gateway', 'edge')).toBeUndefined());
  });
});
