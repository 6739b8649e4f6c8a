import type { CustomResourceDefinition, JsonSchema } from '../../../../kube/api-extensions.ts';
import {
  atLeast,
  boolean,
  cidrPattern,
  definition,
  integer,
  list,
  object,
  oneOf,
  port,
  string,
  strings,
  version,
} from './schema.ts';

/** OSM's own policies (cmd/osm-bootstrap/crds/policy_*.yaml). */
const group = 'policy.openservicemesh.io';
const reference = object({ apiGroup: string, kind: string, name: string }, ['apiGroup', 'kind', 'name']);
const fullIdentity = object({ kind: string, name: string, namespace: string }, ['kind', 'name', 'namespace']);
const status = object({ currentStatus: string, reason: string });
const statusExtras = {
  additionalPrinterColumns: [{ name: 'Status', type: 'string', jsonPath: '.status.currentStatus' }],
  subresources: { status: {} },
  status,
};

const egressSpec = object(
  {
    sources: list(
      object({ kind: oneOf('ServiceAccount'), name: string, namespace: string }, ['kind', 'name', 'namespace']),
    ),
    hosts: strings,
    ipAddresses: list({ type: 'string', pattern: cidrPattern }),
    ports: list(object({ number: port, protocol: string }, ['number', 'protocol'])),
    matches: list(reference),
  },
  ['sources', 'ports'],
);

const ingressBackendSpec = object(
  {
    backends: list(
      object(
        {
          name: string,
          port: object({ number: port, protocol: string }, ['number', 'protocol']),
          tls: object({ skipClientCertValidation: boolean, sniHosts: strings }),
        },
        ['name', 'port'],
      ),
    ),
    sources: list(object({ kind: string, name: string, namespace: string }, ['kind', 'name'])),
    matches: list(reference),
  },
  ['backends', 'sources'],
);

const retrySpec = object(
  {
    source: fullIdentity,
    destinations: list(fullIdentity),
    retryPolicy: object(
      { retryOn: string, perTryTimeout: string, numRetries: integer, retryBackoffBaseInterval: string },
      ['retryOn', 'perTryTimeout', 'numRetries', 'retryBackoffBaseInterval'],
    ),
  },
  ['source', 'destinations', 'retryPolicy'],
);

const unit = oneOf('second', 'minute', 'hour');
const httpLimit: JsonSchema = object(
  {
    requests: atLeast(1),
    unit,
    burst: atLeast(0),
    responseStatusCode: { type: 'integer', minimum: 400, maximum: 599 },
    responseHeadersToAdd: list(
      object({ name: { ...string, minLength: 1 }, value: { ...string, minLength: 1 } }, ['name', 'value']),
    ),
  },
  ['requests', 'unit'],
);
const tcpLimit = object({ connections: atLeast(1), unit, burst: atLeast(0) }, ['connections', 'unit']);

const upstreamTrafficSettingSpec = object(
  {
    host: string,
    connectionSettings: object({
      tcp: object({ maxConnections: atLeast(0), connectTimeout: string }),
      http: object({
        maxRequests: atLeast(0),
        maxRequestsPerConnection: atLeast(0),
        maxPendingRequests: atLeast(0),
        maxRetries: atLeast(0),
      }),
    }),
    rateLimit: object({ local: object({ tcp: tcpLimit, http: httpLimit }) }),
    httpRoutes: list(object({ path: { ...string, minLength: 1 }, rateLimit: object({ local: httpLimit }) }, ['path'])),
  },
  ['host'],
);

export function policyDefinitions(): CustomResourceDefinition[] {
  return [
    definition({
      group,
      kind: 'Egress',
      plural: 'egresses',
      shortNames: ['egress'],
      versions: [version('v1alpha1', egressSpec)],
    }),
    definition({
      group,
      kind: 'IngressBackend',
      plural: 'ingressbackends',
      shortNames: ['ingressbackend'],
      versions: [version('v1alpha1', ingressBackendSpec, undefined, statusExtras)],
    }),
    definition({
      group,
      kind: 'Retry',
      plural: 'retries',
      shortNames: ['retry'],
      versions: [version('v1alpha1', retrySpec)],
    }),
    definition({
      group,
      kind: 'UpstreamTrafficSetting',
      plural: 'upstreamtrafficsettings',
      shortNames: ['upstreamtrafficsetting'],
      versions: [version('v1alpha1', upstreamTrafficSettingSpec, undefined, statusExtras)],
    }),
  ];
}
