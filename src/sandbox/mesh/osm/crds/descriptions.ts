// Table: what `kubectl explain` says of the fields of OSM's kinds, by kind and path (lists are passed through).
import type { CustomResourceDefinition, JsonSchema } from '../../../../kube/api-extensions.ts';

const identity = (of: string, what: string) => ({
  [of]: what,
  [`${of}.kind`]: 'Kind of the identity: ServiceAccount.',
  [`${of}.name`]: 'Name of the service account.',
  [`${of}.namespace`]: 'Namespace of the service account.',
});

const references = (of: string, what: string) => ({
  [of]: what,
  [`${of}.apiGroup`]: 'API group of the object referred to.',
  [`${of}.kind`]: 'Kind of the object referred to.',
  [`${of}.name`]: 'Name of the object referred to.',
});

const reportedStatus = {
  'status.currentStatus': 'What the control plane made of it: committed, pending or error.',
  'status.reason': 'Why it is in that state.',
};

const httpLimit = (of: string) => ({
  [of]: 'Limit on HTTP requests.',
  [`${of}.requests`]: 'Requests allowed in one unit of time.',
  [`${of}.unit`]: 'The unit of time: second, minute or hour.',
  [`${of}.burst`]: 'Requests allowed beyond that at one moment.',
  [`${of}.responseStatusCode`]: 'Status code of the answer to a request beyond the limit; 429 when absent.',
  [`${of}.responseHeadersToAdd`]: 'Headers added to the answer to a request beyond the limit.',
  [`${of}.responseHeadersToAdd.name`]: 'Name of the header.',
  [`${of}.responseHeadersToAdd.value`]: 'Value of the header.',
});

export const descriptions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  TrafficTarget: {
    ...identity('spec.destination', 'The service account whose pods may be reached.'),
    ...identity('spec.sources', 'The service accounts whose pods may reach the destination.'),
    'spec.rules': 'The traffic that is allowed, as routes describe it.',
    'spec.rules.kind': 'Kind of the routes: HTTPRouteGroup, TCPRoute or UDPRoute.',
    'spec.rules.name': 'Name of the routes.',
    'spec.rules.matches': 'Names of the matches of an HTTPRouteGroup that are allowed; all of them when absent.',
  },
  HTTPRouteGroup: {
    'spec.matches': 'Descriptions of HTTP requests that rules and policies refer to by their name.',
    'spec.matches.name': 'Name of this match.',
    'spec.matches.methods': 'HTTP methods that match; * stands for all.',
    'spec.matches.pathRegex': 'Regular expression that the path must match.',
    'spec.matches.headers': 'Headers that must be there, each with a regular expression for its value.',
  },
  TCPRoute: {
    'spec.matches': 'Description of the connections that rules refer to.',
    'spec.matches.ports': 'Ports that connections go to.',
  },
  TrafficSplit: {
    'spec.service': 'The apex service of this split.',
    'spec.backends': 'The backend services of this split.',
    'spec.backends.service': 'Name of the backend service.',
    'spec.backends.weight': 'Share of the traffic that goes to it, relative to the other weights.',
  },
  Egress: {
    ...identity('spec.sources', 'The service accounts whose pods may send traffic out of the mesh.'),
    'spec.hosts': 'Host names of HTTP and HTTPS destinations outside the mesh.',
    'spec.ipAddresses': 'Address ranges of TCP destinations outside the mesh, in CIDR notation.',
    'spec.ports': 'Ports of the destinations, each with its protocol.',
    'spec.ports.number': 'Number of the port.',
    'spec.ports.protocol': 'Protocol on the port: http, https, tcp or tcp-server-first.',
    ...references('spec.matches', 'HTTP routes, or an UpstreamTrafficSetting, that this traffic must match.'),
  },
  IngressBackend: {
    'spec.backends': 'Services that take traffic from outside the mesh.',
    'spec.backends.name': 'Name of the service.',
    'spec.backends.port': 'Port of the pods behind it, with its protocol.',
    'spec.backends.port.number': 'Number of the port.',
    'spec.backends.port.protocol': 'Protocol that the ingress speaks: http or https.',
    'spec.backends.tls': 'How TLS from the ingress is checked.',
    'spec.backends.tls.skipClientCertValidation': 'Accept the ingress without checking its certificate.',
    'spec.backends.tls.sniHosts': 'Host names that the ingress may ask for in its TLS handshake.',
    'spec.sources': 'Who may send the traffic: a Service, an IPRange or an AuthenticatedPrincipal.',
    'spec.sources.kind': 'Kind of the source.',
    'spec.sources.name': 'Name of the source: of a service, a range in CIDR notation, or a principal.',
    'spec.sources.namespace': 'Namespace of a source of kind Service.',
    ...references('spec.matches', 'HTTP routes that the traffic must match.'),
    ...reportedStatus,
  },
  Retry: {
    ...identity('spec.source', 'The service account whose requests are tried again.'),
    'spec.destinations': 'The services to which requests are tried again.',
    'spec.destinations.kind': 'Kind of the destination: Service.',
    'spec.destinations.name': 'Name of the service.',
    'spec.destinations.namespace': 'Namespace of the service.',
    'spec.retryPolicy': 'When and how often a request is tried again.',
    'spec.retryPolicy.retryOn': "Conditions to retry on, separated by commas, in Envoy's words: 5xx, connect-failure.",
    'spec.retryPolicy.perTryTimeout': 'Time that each try may take.',
    'spec.retryPolicy.numRetries': 'Number of tries after the first one.',
    'spec.retryPolicy.retryBackoffBaseInterval': 'Pause before the first retry, from which later ones grow.',
  },
  UpstreamTrafficSetting: {
    'spec.host': 'Full name of the service that the settings are for: name.namespace.svc.cluster.local.',
    'spec.connectionSettings': 'Limits on connections to the service and on requests in them.',
    'spec.connectionSettings.tcp': 'Limits on TCP connections.',
    'spec.connectionSettings.tcp.maxConnections': 'Connections that a client may have at one time.',
    'spec.connectionSettings.tcp.connectTimeout': 'Time that opening a connection may take.',
    'spec.connectionSettings.http': 'Limits on HTTP requests.',
    'spec.connectionSettings.http.maxRequests': 'Requests that may be in progress at one time.',
    'spec.connectionSettings.http.maxRequestsPerConnection': 'Requests after which a connection is not used again.',
    'spec.connectionSettings.http.maxPendingRequests': 'Requests that may wait for a connection.',
    'spec.connectionSettings.http.maxRetries': 'Retries that may be in progress at one time.',
    'spec.rateLimit': 'Limits on how much the service is asked in a time.',
    'spec.rateLimit.local': 'Limits that each pod of the service keeps for itself.',
    'spec.rateLimit.local.tcp': 'Limit on TCP connections.',
    'spec.rateLimit.local.tcp.connections': 'Connections allowed in one unit of time.',
    'spec.rateLimit.local.tcp.unit': 'The unit of time: second, minute or hour.',
    'spec.rateLimit.local.tcp.burst': 'Connections allowed beyond that at one moment.',
    ...httpLimit('spec.rateLimit.local.http'),
    'spec.httpRoutes': 'Settings for single paths of the service.',
    'spec.httpRoutes.path': 'Path of the requests that the settings are for.',
    'spec.httpRoutes.rateLimit': 'Limits on requests to the path.',
    ...httpLimit('spec.httpRoutes.rateLimit.local'),
    ...reportedStatus,
  },
  MeshConfig: {
    'spec.sidecar': 'Settings of the sidecar proxies.',
    'spec.sidecar.enablePrivilegedInitContainer': 'Run the init container privileged.',
    'spec.sidecar.logLevel': "Level of the proxies' log.",
    'spec.sidecar.envoyImage': 'Image of the proxy on Linux nodes.',
    'spec.sidecar.envoyWindowsImage': 'Image of the proxy on Windows nodes.',
    'spec.sidecar.initContainerImage': 'Image of the init container, which redirects the traffic of the pod.',
    'spec.sidecar.maxDataPlaneConnections': 'Proxies that may connect to the control plane; 0 for no limit.',
    'spec.sidecar.configResyncInterval': 'How often every proxy is given its configuration again; 0s for never.',
    'spec.sidecar.resources': 'Compute resources of the proxy container.',
    'spec.sidecar.resources.limits': 'The most that the container may use.',
    'spec.sidecar.resources.requests': 'What is kept free for the container.',
    'spec.sidecar.tlsMinProtocolVersion': 'Oldest TLS version between proxies.',
    'spec.sidecar.tlsMaxProtocolVersion': 'Newest TLS version between proxies.',
    'spec.sidecar.cipherSuites': 'Cipher suites for TLS 1.0 to 1.2; those of the proxy when empty.',
    'spec.sidecar.ecdhCurves': 'Curves for the key exchange; those of the proxy when empty.',
    'spec.sidecar.localProxyMode': 'Address at which a proxy reaches its app: Localhost or PodIP.',
    'spec.traffic': 'How traffic is caught and what is allowed.',
    'spec.traffic.enableEgress': 'Let traffic to destinations outside the mesh pass.',
    'spec.traffic.enablePermissiveTrafficPolicyMode': 'Let all traffic inside the mesh pass, without TrafficTargets.',
    'spec.traffic.outboundIPRangeExclusionList': 'Address ranges to which traffic goes past the proxy.',
    'spec.traffic.outboundIPRangeInclusionList': 'The only address ranges to which traffic goes through the proxy.',
    'spec.traffic.outboundPortExclusionList': 'Ports to which outbound traffic goes past the proxy.',
    'spec.traffic.inboundPortExclusionList': 'Ports at which inbound traffic goes past the proxy.',
    'spec.traffic.networkInterfaceExclusionList': 'Network interfaces whose traffic goes past the proxy.',
    'spec.traffic.inboundExternalAuthorization': 'A service that is asked whether an inbound request may pass.',
    'spec.traffic.inboundExternalAuthorization.enable': 'Ask that service.',
    'spec.traffic.inboundExternalAuthorization.address': 'Its address.',
    'spec.traffic.inboundExternalAuthorization.port': 'Its port.',
    'spec.traffic.inboundExternalAuthorization.statPrefix': 'Prefix of the statistics about it.',
    'spec.traffic.inboundExternalAuthorization.timeout': 'Time that its answer may take.',
    'spec.traffic.inboundExternalAuthorization.failureModeAllow': 'Let requests pass when it does not answer.',
    'spec.observability': 'What can be seen of the mesh.',
    'spec.observability.osmLogLevel': "Level of the control plane's log.",
    'spec.observability.enableDebugServer': "Serve the control plane's debug pages.",
    'spec.observability.tracing': 'Where proxies send their traces.',
    'spec.observability.tracing.enable': 'Send traces.',
    'spec.observability.tracing.address': 'Host that collects them.',
    'spec.observability.tracing.port': 'Port of the collector.',
    'spec.observability.tracing.endpoint': 'Path of the collector.',
    'spec.certificate': 'Settings of the certificates that the mesh issues.',
    'spec.certificate.serviceCertValidityDuration': 'How long a certificate is valid.',
    'spec.certificate.certKeyBitSize': 'Bits of the keys.',
    'spec.certificate.ingressGateway': 'A certificate for an ingress gateway, kept in a secret.',
    'spec.certificate.ingressGateway.subjectAltNames': 'Names that the certificate is for.',
    'spec.certificate.ingressGateway.validityDuration': 'How long it is valid.',
    'spec.certificate.ingressGateway.secret': 'The secret that it is kept in.',
    'spec.certificate.ingressGateway.secret.name': 'Name of the secret.',
    'spec.certificate.ingressGateway.secret.namespace': 'Namespace of the secret.',
    'spec.featureFlags': 'Parts of the mesh that can be switched on and off.',
    'spec.featureFlags.enableWASMStats': 'Count requests by the workloads at their ends.',
    'spec.featureFlags.enableEgressPolicy': 'Let Egress policies decide about traffic out of the mesh.',
    'spec.featureFlags.enableMulticlusterMode': 'Join services of several clusters.',
    'spec.featureFlags.enableSnapshotCacheMode': "Keep the proxies' configurations in a snapshot cache.",
    'spec.featureFlags.enableAsyncProxyServiceMapping': 'Find the services of a proxy in the background.',
    'spec.featureFlags.enableIngressBackendPolicy': 'Let IngressBackend policies decide about traffic into the mesh.',
    'spec.featureFlags.enableEnvoyActiveHealthChecks': 'Let proxies ask each other whether they are healthy.',
    'spec.featureFlags.enableRetryPolicy': 'Let Retry policies have requests tried again.',
  },
  MeshRootCertificate: {
    'spec.trustDomain': 'End of every identity in the mesh.',
    'spec.provider': 'Who issues the certificates of the mesh; exactly one.',
    'spec.provider.certManager': 'cert-manager issues them.',
    'spec.provider.certManager.issuerName': 'Name of the issuer.',
    'spec.provider.certManager.issuerKind': 'Kind of the issuer: Issuer or ClusterIssuer.',
    'spec.provider.certManager.issuerGroup': 'API group of the issuer.',
    'spec.provider.vault': 'HashiCorp Vault issues them.',
    'spec.provider.vault.host': 'Host of the Vault server.',
    'spec.provider.vault.port': 'Port of the Vault server.',
    'spec.provider.vault.role': "Vault's role for the mesh.",
    'spec.provider.vault.protocol': 'How to speak with Vault: http or https.',
    'spec.provider.vault.token': "Where Vault's token is kept.",
    'spec.provider.vault.token.secretKeyRef': 'The entry of a secret that holds it.',
    'spec.provider.vault.token.secretKeyRef.name': 'Name of the secret.',
    'spec.provider.vault.token.secretKeyRef.key': 'Key in the secret.',
    'spec.provider.vault.token.secretKeyRef.namespace': 'Namespace of the secret.',
    'spec.provider.tresor': "OSM's own authority issues them.",
    'spec.provider.tresor.ca': 'The root certificate and its key.',
    'spec.provider.tresor.ca.secretRef': 'The secret that they are kept in.',
    'spec.provider.tresor.ca.secretRef.name': 'Name of the secret.',
    'spec.provider.tresor.ca.secretRef.namespace': 'Namespace of the secret.',
    'status.state': 'What the mesh does with it.',
  },
};

/** The definition with these texts in the schemas of its versions. */
export function described(definition: CustomResourceDefinition): CustomResourceDefinition {
  const texts = descriptions[definition.spec.names.kind] ?? {};
  const versions = definition.spec.versions.map((version) => {
    const root = version.schema?.openAPIV3Schema;
    return root ? { ...version, schema: { openAPIV3Schema: withTexts(root, '', texts) } } : version;
  });
  return { ...definition, spec: { ...definition.spec, versions } };
}

function withTexts(schema: JsonSchema, path: string, texts: Readonly<Record<string, string>>): JsonSchema {
  const description = texts[path];
  const properties = Object.entries(schema.properties ?? {}).map(
    ([name, part]) => [name, withTexts(part, path === '' ? name : `${path}.${name}`, texts)] as const,
  );
  return {
    ...schema,
    ...(description === undefined ? {} : { description }),
    ...(schema.properties && { properties: Object.fromEntries(properties) }),
    ...(schema.items && { items: inItems(schema.items, path, texts) }),
  };
}

/** The text of a list is about the list; its items have fields of their own. */
function inItems(items: JsonSchema, path: string, texts: Readonly<Record<string, string>>): JsonSchema {
  const { description: _ofList, ...rest } = withTexts(items, path, texts);
  return rest;
}
