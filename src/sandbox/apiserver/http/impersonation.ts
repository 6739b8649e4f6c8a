import type { IncomingMessage } from 'node:http';
import { setOwn } from '../../../kube/json-value.ts';
import { internalError } from '../../../kube/status.ts';
import type { RequestAttributes } from '../authorization/attributes.ts';
import { notAllowedTo } from '../authorization/refusal.ts';
import type { Caller, RequestApi } from '../request-api.ts';

/**
 * Acting as somebody else (`kubectl --as`): each name, group, uid and extra needs a rule with the verb `impersonate`.
 * Kubernetes: apiserver/pkg/endpoints/filters/impersonation.go
 */
export function impersonated(request: IncomingMessage, caller: Caller, api: Pick<RequestApi, 'authorize'>): Caller {
  const wish = wishOf(request);
  if (!wish) return caller;
  for (const wanted of wantedFor(wish)) {
    const { allowed, reason } = api.authorize(caller, wanted);
    if (!allowed) throw notAllowedTo(caller, wanted, reason);
  }
  const account = serviceAccountOf(wish.username);
  const accountGroups = account ? ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`] : [];
  const groups = wish.groups.length > 0 ? wish.groups : accountGroups;
  const everybody = wish.username === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  return {
    username: wish.username,
    ...(wish.uid === undefined ? {} : { uid: wish.uid }),
    groups: groups.includes(everybody) ? groups : [...groups, everybody],
    ...(Object.keys(wish.extra).length === 0 ? {} : { extra: wish.extra }),
  };
}

interface Wish {
  username: string;
  uid: string | undefined;
  groups: readonly string[];
  extra: Readonly<Record<string, readonly string[]>>;
}

const extraPrefix = 'impersonate-extra-';

function wishOf({ headersDistinct }: IncomingMessage): Wish | undefined {
  const [username] = headersDistinct['impersonate-user'] ?? [];
  const [uid] = headersDistinct['impersonate-uid'] ?? [];
  const groups = headersDistinct['impersonate-group'] ?? [];
  const extra: Record<string, readonly string[]> = {};
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    if (name.startsWith(extraPrefix)) setOwn(extra, decodedKey(name.slice(extraPrefix.length)), values);
  }
  if (username) return { username, uid, groups, extra };
  const others = [...groups, ...(uid === undefined ? [] : [uid]), ...Object.keys(extra)];
  if (others.length === 0) return undefined;
  throw internalError(`requested ${JSON.stringify(others)} without impersonating a user`);
}

/** Kubernetes: unescapeExtraKey. A key that is not percent-encoded is taken as it is. */
function decodedKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch (error) {
    if (error instanceof URIError) return encoded;
    throw error;
  }
}

function serviceAccountOf(username: string): { namespace: string; name: string } | undefined {
  const [, namespace = '', name = ''] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(username) ?? [];
  return name === '' ? undefined : { namespace, name };
}

function wantedFor({ username, uid, groups, extra }: Wish): RequestAttributes[] {
  const one = { type: 'resource', verb: 'impersonate', group: '', subresource: '', namespace: '' } as const;
  const authentication = { ...one, group: 'authentication.k8s.io' };
  const account = serviceAccountOf(username);
  return [
    account ? { ...one, resource: 'serviceaccounts', ...account } : { ...one, resource: 'users', name: username },
    ...groups.map((name) => ({ ...one, resource: 'groups', name })),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((name) => ({ ...authentication, resource: 'userextras', subresource: key, name })),
    ),
    ...(uid === undefined ? [] : [{ ...authentication, resource: 'uids', name: uid }]),
  ];
}
