import type { KubeObject } from '../../../kube/objects.ts';

/** The kinds of policy.openservicemesh.io/v1alpha1, cut to the fields that OSM 1.2 reads. Durations are Go's: `1.5s`. */
export interface PolicyPort {
  number: number;
  protocol: string;
}

export interface PolicyReference {
  apiGroup: string;
  kind: string;
  name: string;
}

export interface Egress extends KubeObject {
  spec?: {
    sources?: { kind: string; name: string; namespace: string }[];
    hosts?: string[];
    /** CIDRs. */
    ipAddresses?: string[];
    ports?: PolicyPort[];
    matches?: PolicyReference[];
  };
}

export interface PolicyStatus {
  currentStatus: string;
  reason: string;
}

export interface IngressBackend extends KubeObject {
  spec?: {
    backends?: {
      name: string;
      port: PolicyPort;
      tls?: { skipClientCertValidation?: boolean; sniHosts?: string[] };
    }[];
    sources?: { kind: string; name?: string; namespace?: string }[];
  };
  status?: PolicyStatus;
}

export interface Retry extends KubeObject {
  spec?: {
    source: { kind: string; name: string; namespace: string };
    destinations?: { kind: string; name: string; namespace: string }[];
    retryPolicy: {
      retryOn: string;
      perTryTimeout?: string;
      numRetries?: number;
      retryBackoffBaseInterval?: string;
    };
  };
}

export type RateLimitUnit = 'second' | 'minute' | 'hour';

export interface HttpLocalRateLimit {
  requests: number;
  unit: RateLimitUnit;
  burst?: number;
  responseStatusCode?: number;
  responseHeadersToAdd?: { name: string; value: string }[];
}

export interface TcpLocalRateLimit {
  connections: number;
  unit: RateLimitUnit;
  burst?: number;
}

export interface UpstreamTrafficSetting extends KubeObject {
  spec?: {
    host: string;
    connectionSettings?: {
      tcp?: { maxConnections?: number; connectTimeout?: string };
      http?: {
        maxRequests?: number;
        maxRequestsPerConnection?: number;
        maxPendingRequests?: number;
        maxRetries?: number;
      };
    };
    rateLimit?: { local?: { tcp?: TcpLocalRateLimit; http?: HttpLocalRateLimit } };
    httpRoutes?: { path: string; rateLimit?: { local?: HttpLocalRateLimit } }[];
  };
}
