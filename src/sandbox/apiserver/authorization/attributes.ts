import { parseApiPath } from '../http/path.ts';

/** What a request is about, as authorization sees it. Kubernetes: authorizer.Attributes, filled by RequestInfo. */
export type RequestAttributes = ResourceAttributes | NonResourceAttributes;

export interface ResourceAttributes {
  type: 'resource';
  verb: string;
  group: string;
  /** Plural: `pods`. */
  resource: string;
  /** '' for the object itself. */
  subresource: string;
  /** '' across all namespaces and for what has none. */
  namespace: string;
  /** '' for a whole collection. */
  name: string;
}

export interface NonResourceAttributes {
  type: 'path';
  verb: string;
  path: string;
}

const verbs: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

export function attributesOf(method: string, url: URL): RequestAttributes {
  const parsed = parseApiPath(url.pathname);
  if (parsed.type !== 'resource') return { type: 'path', verb: method.toLowerCase(), path: url.pathname };
  const { group, resource, namespace, name = '', subresource = '' } = parsed.path;
  const params = url.searchParams;
  const byMethod = verbs[method] ?? '';
  const verb = name === '' ? collectionVerb(byMethod, params) : byMethod;
  return {
    type: 'resource',
    verb,
    group,
    resource,
    subresource,
    // A namespace is inside itself, so that a Role in it can allow to read it.
    namespace: namespace ?? (group === '' && resource === 'namespaces' ? name : ''),
    name: verb === 'list' || verb === 'watch' ? selectedName(params) : name,
  };
}

function collectionVerb(verb: string, params: URLSearchParams): string {
  if (verb === 'delete') return 'deletecollection';
  if (verb !== 'get') return verb;
  const watch = params.get('watch');
  return watch !== null && watch !== 'false' && watch !== '0' ? 'watch' : 'list';
}

/** `fieldSelector=metadata.name=x` narrows a list to one object, and a rule with resourceNames may allow that. */
function selectedName(params: URLSearchParams): string {
  const selector = params.get('fieldSelector') ?? '';
  const exact = /(?:^|,)metadata\.name==?([^,=!]+)(?:,|$)/.exec(selector);
  return exact?.[1] ?? '';
}
