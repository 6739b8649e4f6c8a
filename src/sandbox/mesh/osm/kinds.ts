import type { KubeObject } from '../../../kube/objects.ts';
import type { ResourceRef } from '../../../kube/resources.ts';
import type { Egress, IngressBackend, Retry, UpstreamTrafficSetting } from './policy-kinds.ts';

/** The custom kinds that OSM 1.2 reads, cut to the fields it reads. SMI first, then OSM's own. */
export interface IdentityReference {
  kind: string;
  name: string;
  namespace?: string;
}

export interface TrafficTarget extends KubeObject {
  spec?: {
    destination: IdentityReference;
    rules?: { kind: string; name: string; matches?: string[] }[];
    sources?: IdentityReference[];
  };
}

export interface HttpRouteMatch {
  name: string;
  pathRegex?: string;
  methods?: string[];
  headers?: Record<string, string>[];
}

export interface HttpRouteGroup extends KubeObject {
  spec?: { matches?: HttpRouteMatch[] };
}

export interface TcpRoute extends KubeObject {
  spec?: { matches?: { ports?: number[] } };
}

export interface TrafficSplit extends KubeObject {
  spec?: { service: string; backends?: { service: string; weight: number }[] };
}

export interface MeshConfigSpec {
  sidecar?: {
    enablePrivilegedInitContainer?: boolean;
    logLevel?: string;
    envoyImage?: string;
    envoyWindowsImage?: string;
    initContainerImage?: string;
    maxDataPlaneConnections?: number;
    configResyncInterval?: string;
    resources?: { limits?: Record<string, string>; requests?: Record<string, string> };
    tlsMinProtocolVersion?: string;
    tlsMaxProtocolVersion?: string;
    cipherSuites?: string[];
    ecdhCurves?: string[];
    localProxyMode?: string;
  };
  traffic?: {
    enableEgress?: boolean;
    enablePermissiveTrafficPolicyMode?: boolean;
    outboundIPRangeExclusionList?: string[];
    outboundIPRangeInclusionList?: string[];
    outboundPortExclusionList?: number[];
    inboundPortExclusionList?: number[];
    networkInterfaceExclusionList?: string[];
    inboundExternalAuthorization?: {
      enable?: boolean;
      address?: string;
      port?: number;
      statPrefix?: string;
      timeout?: string;
      failureModeAllow?: boolean;
    };
  };
  observability?: {
    osmLogLevel?: string;
    enableDebugServer?: boolean;
    tracing?: { enable?: boolean; port?: number; address?: string; endpoint?: string };
  };
  certificate?: {
    serviceCertValidityDuration?: string;
    certKeyBitSize?: number;
    ingressGateway?: {
      subjectAltNames: string[];
      validityDuration: string;
      secret: { name: string; namespace: string };
    };
  };
  featureFlags?: Record<string, boolean>;
}

export interface MeshConfig extends KubeObject {
  spec?: MeshConfigSpec;
}

function custom<T extends KubeObject>(group: string, version: string, resource: string, kind: string): ResourceRef<T> {
  return { group, version, resource, kind, namespaced: true };
}

export const trafficTargets = custom<TrafficTarget>(
  'access.smi-spec.io',
  'v1alpha3',
  'traffictargets',
  'TrafficTarget',
);
export const httpRouteGroups = custom<HttpRouteGroup>(
  'specs.smi-spec.io',
  'v1alpha4',
  'httproutegroups',
  'HTTPRouteGroup',
);
export const tcpRoutes = custom<TcpRoute>('specs.smi-spec.io', 'v1alpha4', 'tcproutes', 'TCPRoute');
export const trafficSplits = custom<TrafficSplit>('split.smi-spec.io', 'v1alpha2', 'trafficsplits', 'TrafficSplit');
export const meshConfigs = custom<MeshConfig>('config.openservicemesh.io', 'v1alpha2', 'meshconfigs', 'MeshConfig');
export const egresses = custom<Egress>('policy.openservicemesh.io', 'v1alpha1', 'egresses', 'Egress');
export const ingressBackends = custom<IngressBackend>(
  'policy.openservicemesh.io',
  'v1alpha1',
  'ingressbackends',
  'IngressBackend',
);
export const retries = custom<Retry>('policy.openservicemesh.io', 'v1alpha1', 'retries', 'Retry');
export const upstreamTrafficSettings = custom<UpstreamTrafficSetting>(
  'policy.openservicemesh.io',
  'v1alpha1',
  'upstreamtrafficsettings',
  'UpstreamTrafficSetting',
);
