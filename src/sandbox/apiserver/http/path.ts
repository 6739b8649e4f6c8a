/** What the path of a request names, before anyone asked whether it exists. */
export interface ResourcePath {
  group: string;
  version: string;
  namespace?: string;
  resource: string;
  name?: string;
  subresource?: string;
  /** What follows a subresource: `/api/v1/…/pods/x/proxy/REST`. */
  rest: readonly string[];
}

export type ApiPath =
  | { type: 'resource'; path: ResourcePath }
  /** `/api`, `/apis`, `/api/v1`, `/apis/apps`, `/apis/apps/v1`. */
  | { type: 'discovery'; group?: string; version?: string; core: boolean }
  | { type: 'openapi-v2' }
  | { type: 'openapi-v3'; groupVersion?: string }
  | { type: 'other' };

/** Throws URIError on bad percent encoding. Kubernetes: apiserver/pkg/endpoints/request RequestInfo. */
export function parseApiPath(pathname: string): ApiPath {
  const parts = pathname.split('/').slice(1);
  if (parts.at(-1) === '' && parts.length > 1 && !parts.includes('proxy')) parts.pop();
  const decoded = parts.map(decodeURIComponent);
  const [root, ...below] = decoded;
  switch (root) {
    case 'api':
      return below.length <= 1
        ? { type: 'discovery', core: true, group: '', ...(below[0] === undefined ? {} : { version: below[0] }) }
        : resourcePath('', below[0] ?? '', below.slice(1));
    case 'apis':
      if (below.length > 2) return resourcePath(below[0] ?? '', below[1] ?? '', below.slice(2));
      return {
        type: 'discovery',
        core: false,
        ...(below[0] === undefined ? {} : { group: below[0] }),
        ...(below[1] === undefined ? {} : { version: below[1] }),
      };
    case 'openapi':
      if (below[0] === 'v2' && below.length === 1) return { type: 'openapi-v2' };
      if (below[0] !== 'v3') return { type: 'other' };
      return below.length === 1
        ? { type: 'openapi-v3' }
        : { type: 'openapi-v3', groupVersion: below.slice(1).join('/') };
    default:
      return { type: 'other' };
  }
}

function resourcePath(group: string, version: string, parts: readonly string[]): ApiPath {
  let namespace: string | undefined;
  let rest = parts;
  // `/namespaces/x` alone, and its own subresources, are about the namespace itself.
  if (parts[0] === 'namespaces' && parts.length > 2 && !['status', 'finalize'].includes(parts[2] ?? '')) {
    namespace = parts[1];
    rest = parts.slice(2);
  }
  const [resource = '', name, subresource, ...more] = rest;
  return {
    type: 'resource',
    path: {
      group,
      version,
      resource,
      rest: more,
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name }),
      ...(subresource === undefined ? {} : { subresource }),
    },
  };
}
