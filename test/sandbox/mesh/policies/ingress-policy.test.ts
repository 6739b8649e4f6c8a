import { describe, expect, it } from 'vitest';
import { inboundConfig, ingressStatusesFor } from '../../../../src/sandbox/mesh/osm/policy/inbound.ts';
import type { IngressBackend } from '../../../../src/sandbox/mesh/osm/policy-kinds.ts';
import { endpoints, inShop, pod, service, snapshot } from './snapshot-of.ts';

type Spec = NonNullable<IngressBackend['spec']>;
const controller = { kind: 'Service', name: 'ingress', namespace: 'edge' };
const http: NonNullable<Spec['backends']>[number] = { name: 'store', port: { number: 14001, protocol: 'http' } };
const https = { name: 'store', port: { number: 14001, protocol: 'https' } };

function compiled(spec: Spec, change: Parameters<typeof snapshot>[0] = {}) {
  const complaints: string[] = [];
  const state = snapshot({
    ingressBackends: [inShop('door', spec)],
    endpoints: [endpoints('store', '10.244.0.2'), endpoints('ingress', '10.244.1.9', 80, 'edge')],
    ...change,
  });
  const config = inboundConfig(state, pod('store'), (text) => complaints.push(text));
  const chains = (config.listener?.filterChains ?? []).filter(({ name }) => name.startsWith('ingress_'));
  const routes = config.routes.filter(({ name }) => name === 'rds-ingress');
  return { chains, routes, statuses: ingressStatusesFor(state, pod('store')).map(({ status }) => status), complaints };
}

describe('IngressBackends in a proxy configuration', () => {
  it('HTTP: a plaintext chain for the addresses of the source Service, and any principal', () => {
    const { chains, routes, statuses } = compiled({ backends: [http], sources: [controller] });
    expect(chains).toMatchObject([
      {
        name: 'ingress_shop/store_14001_http',
        match: { destinationPort: 14001, sourceRanges: ['10.244.1.9/32'] },
        filter: { routeConfig: 'rds-ingress', requestHeadersToAdd: {}, responseHeadersToAdd: {} },
      },
    ]);
    expect(chains[0]?.tls).toBeUndefined();
    expect(routes).toMatchObject([
      {
        name: 'rds-ingress',
        virtualHosts: [
          {
            name: 'ingress_virtual-host|shop/store_from_door',
            domains: ['*'],
            routes: [
              { path: { regex: '.*' }, rbac: { type: 'any' }, clusters: [{ cluster: 'shop/store|14001|local' }] },
            ],
          },
        ],
      },
    ]);
    expect(statuses).toEqual([{ currentStatus: 'committed', reason: 'successfully committed by the system' }]);
  });

  it('an IPRange is a source as it stands; ranges of several sources add up', () => {
    const { chains } = compiled({
      backends: [http],
      sources: [controller, { kind: 'IPRange', name: '10.240.0.0/16' }],
    });
    expect(chains[0]?.match.sourceRanges).toEqual(['10.244.1.9/32', '10.240.0.0/16']);
  });

  it('is matched by the number of the pod’s port, not of the Service’s', () => {
    const byServicePort = { name: 'store', port: { number: 80, protocol: 'http' } };
    expect(compiled({ backends: [byServicePort], sources: [controller] })).toMatchObject({ chains: [], statuses: [] });
  });

  it('concerns Services of its own namespace', () => {
    const elsewhere = {
      metadata: { name: 'door', namespace: 'other' },
      spec: { backends: [http], sources: [controller] },
    };
    expect(compiled(elsewhere.spec, { ingressBackends: [elsewhere] })).toMatchObject({ chains: [], statuses: [] });
  });

  it('HTTPS ends TLS with the service’s certificate, asks for the client’s, and lets the named principals in', () => {
    const { chains, routes } = compiled({
      backends: [{ ...https, tls: { skipClientCertValidation: false, sniHosts: ['store.example.com'] } }],
      sources: [controller, { kind: 'AuthenticatedPrincipal', name: 'ingress-nginx.edge.cluster.local' }],
    });
    expect(chains).toMatchObject([
      {
        name: 'ingress_shop/store_14001_https',
        match: { transportProtocol: 'tls', serverNames: ['store.example.com'], sourceRanges: ['10.244.1.9/32'] },
        tls: { requireClientCertificate: true, certificate: 'service-cert:shop/store', applicationProtocols: [] },
      },
    ]);
    expect(routes[0]?.virtualHosts[0]?.routes[0]?.rbac).toEqual({
      type: 'names',
      names: ['ingress-nginx.edge.cluster.local'],
    });
  });

  it('without validation any client may come; with it and no principal, any that the mesh CA vouches for', () => {
    const principal = { kind: 'AuthenticatedPrincipal', name: 'somebody' };
    const open = compiled({ backends: [{ ...https, tls: { skipClientCertValidation: true } }], sources: [principal] });
    expect(open.chains[0]?.tls?.requireClientCertificate).toBe(false);
    expect(open.routes[0]?.virtualHosts[0]?.routes[0]?.rbac).toEqual({ type: 'any' });
    const anyHolder = compiled({ backends: [https], sources: [controller] });
    expect(anyHolder.chains[0]?.tls?.requireClientCertificate).toBe(true);
    expect(anyHolder.routes[0]?.virtualHosts[0]?.routes[0]?.rbac).toEqual({ type: 'any' });
  });

  it('a source Service without endpoints makes the policy an error and gives no chain', () => {
    const { chains, routes, statuses, complaints } = compiled(
      { backends: [http], sources: [controller] },
      { endpoints: [endpoints('store', '10.244.0.2')] },
    );
    expect([chains, routes]).toEqual([[], []]);
    expect(statuses).toEqual([{ currentStatus: 'error', reason: 'endpoints not found for service edge/ingress' }]);
    expect(complaints).toEqual([
      'Could not list endpoints of the source service edge/ingress specified in the IngressBackend shop/door',
    ]);
  });

  it('[derived] several services behind one sidecar share a virtual host, whose first route takes everything', () => {
    const second = service('admin', { port: 90 });
    const { routes } = compiled(
      {
        backends: [http, { name: 'admin', port: { number: 15000, protocol: 'http' } }],
        sources: [controller],
      },
      {
        services: [service('store'), { ...second, spec: { ...second.spec, selector: { app: 'store' } } }],
        endpoints: [
          endpoints('store', '10.244.0.2'),
          endpoints('admin', '10.244.0.2', 15000),
          endpoints('ingress', '10.244.1.9', 80, 'edge'),
        ],
      },
    );
    const [host] = routes[0]?.virtualHosts ?? [];
    expect(host?.name).toBe('ingress_virtual-host|shop/store_from_door');
    expect(host?.routes.map(({ clusters }) => clusters[0]?.cluster)).toEqual([
      'shop/store|14001|local',
      'shop/admin|15000|local',
    ]);
  });
});
