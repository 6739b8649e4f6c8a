import type { CustomResourceDefinition, JsonSchema } from '../../../../kube/api-extensions.ts';
import {
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

/** MeshConfig and MeshRootCertificate (cmd/osm-bootstrap/crds/config_*.yaml). */
const ranges = list({ type: 'string', pattern: cidrPattern });
const quantities: JsonSchema = {
  type: 'object',
  additionalProperties: { 'x-kubernetes-int-or-string': true },
};
const tlsVersion = (fallback: string): JsonSchema => ({
  ...oneOf('TLS_AUTO', 'TLSv1_0', 'TLSv1_1', 'TLSv1_2', 'TLSv1_3'),
  default: fallback,
});

const sidecarV1 = {
  enablePrivilegedInitContainer: boolean,
  logLevel: oneOf('trace', 'debug', 'info', 'warning', 'warn', 'error', 'critical', 'off'),
  envoyImage: string,
  envoyWindowsImage: string,
  initContainerImage: string,
  maxDataPlaneConnections: integer,
  configResyncInterval: string,
  resources: object({ limits: quantities, requests: quantities }),
};

const sidecarV2 = {
  ...sidecarV1,
  tlsMinProtocolVersion: tlsVersion('TLSv1_2'),
  tlsMaxProtocolVersion: tlsVersion('TLSv1_3'),
  cipherSuites: strings,
  ecdhCurves: strings,
  localProxyMode: { ...oneOf('Localhost', 'PodIP'), default: 'Localhost' },
};

const trafficV1 = {
  enableEgress: boolean,
  enablePermissiveTrafficPolicyMode: boolean,
  outboundIPRangeExclusionList: ranges,
  outboundPortExclusionList: list(port),
  inboundPortExclusionList: list(port),
  inboundExternalAuthorization: object({
    enable: boolean,
    address: string,
    port,
    statPrefix: { ...string, default: 'inboundExtAuthz' },
    timeout: { ...string, default: '1s' },
    failureModeAllow: boolean,
  }),
};

const trafficV2 = { ...trafficV1, outboundIPRangeInclusionList: ranges, networkInterfaceExclusionList: strings };

const observability = object({
  osmLogLevel: string,
  enableDebugServer: boolean,
  tracing: object({ enable: boolean, port: integer, address: string, endpoint: string }),
});

const certificate = object(
  {
    serviceCertValidityDuration: string,
    certKeyBitSize: integer,
    ingressGateway: object(
      {
        subjectAltNames: { ...strings, minItems: 1 },
        validityDuration: string,
        secret: object({ name: string, namespace: string }, ['name', 'namespace']),
      },
      ['subjectAltNames', 'validityDuration', 'secret'],
    ),
  },
  ['serviceCertValidityDuration', 'certKeyBitSize'],
);

const flags = [
  'enableWASMStats',
  'enableEgressPolicy',
  'enableMulticlusterMode',
  'enableSnapshotCacheMode',
  'enableAsyncProxyServiceMapping',
  'enableIngressBackendPolicy',
  'enableEnvoyActiveHealthChecks',
  'enableRetryPolicy',
];
const featureFlags = object(Object.fromEntries(flags.map((flag) => [flag, boolean])));

const spec = (sidecar: Record<string, JsonSchema>, traffic: Record<string, JsonSchema>): JsonSchema =>
  object({ sidecar: object(sidecar), traffic: object(traffic), observability, certificate, featureFlags });

const secretReference = object({ name: string, namespace: string }, ['name', 'namespace']);
const rootCertificateSpec = object(
  {
    trustDomain: { ...string, default: 'cluster.local' },
    provider: {
      ...object({
        certManager: object({ issuerName: string, issuerKind: oneOf('ClusterIssuer', 'Issuer'), issuerGroup: string }, [
          'issuerName',
          'issuerKind',
          'issuerGroup',
        ]),
        vault: object(
          {
            host: string,
            port: integer,
            role: string,
            protocol: string,
            token: object(
              { secretKeyRef: object({ name: string, key: string, namespace: string }, ['name', 'key', 'namespace']) },
              ['secretKeyRef'],
            ),
          },
          ['host', 'port', 'role', 'protocol', 'token'],
        ),
        tresor: object({ ca: object({ secretRef: secretReference }, ['secretRef']) }, ['ca']),
      }),
      oneOf: [{ required: ['certManager'] }, { required: ['vault'] }, { required: ['tresor'] }],
    },
  },
  ['provider'],
);

export function configDefinitions(): CustomResourceDefinition[] {
  return [
    definition({
      group: 'config.openservicemesh.io',
      kind: 'MeshConfig',
      plural: 'meshconfigs',
      shortNames: ['meshconfig'],
      versions: [
        version(
          'v1alpha1',
          spec(sidecarV1, trafficV1),
          { served: true, storage: false },
          {
            deprecated: true,
            deprecationWarning:
              'config.openservicemesh.io/v1alpha1 MeshConfig is deprecated; use config.openservicemesh.io/v1alpha2 MeshConfig',
          },
        ),
        version('v1alpha2', spec(sidecarV2, trafficV2)),
      ],
    }),
    definition({
      group: 'config.openservicemesh.io',
      kind: 'MeshRootCertificate',
      plural: 'meshrootcertificates',
      shortNames: ['mrc'],
      versions: [
        version('v1alpha2', rootCertificateSpec, undefined, {
          additionalPrinterColumns: [{ name: 'State', type: 'string', jsonPath: '.status.state' }],
          subresources: { status: {} },
          status: object({ state: string }),
        }),
      ],
    }),
  ];
}
