/** OSM's codes for errors that this control plane can meet (pkg/errcode/errcode.go); `osm support error-info` explains them. */
export const errorCodes = {
  duplicateEgressClusters: 'E2001',
  invalidEgressIpRange: 'E2002',
  invalidEgressMatches: 'E2003',
  egressRouteGroupNotFound: 'E2004',
  multipleSplitsOfService: 'E2007',
  podOfProxyNotFound: 'E5002',
  streamClosedByProxy: 'E5011',
  unsupportedProtocol: 'E5020',
  decidingOnInjection: 'E6108',
} as const;

export type ErrorCode = (typeof errorCodes)[keyof typeof errorCodes];
