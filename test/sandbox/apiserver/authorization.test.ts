import { beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { clusterRoleBindings, clusterRoles, namespaces, roleBindings, roles } from '../../../src/kube/resources.ts';
import { attributesOf, type RequestAttributes } from '../../../src/sandbox/apiserver/authorization/attributes.ts';
import { ensureBootstrapPolicy } from '../../../src/sandbox/apiserver/authorization/bootstrap.ts';
import { authorize, type Policy } from '../../../src/sandbox/apiserver/authorization/rbac.ts';
import { notAllowedTo } from '../../../src/sandbox/apiserver/authorization/refusal.ts';
import type { Caller } from '../../../src/sandbox/apiserver/request-api.ts';
import { refusal, type TestApi, testApi } from './api-fixture.ts';

const person = (username: string, ...groups: string[]): Caller => ({
  username,
  groups: [...groups, 'system:authenticated'],
});
const account = (namespace: string, name: string) =>
  person(`system:serviceaccount:${namespace}:${name}`, 'system:serviceaccounts', `system:serviceaccounts:${namespace}`);
const asked = (method: string, path: string): RequestAttributes =>
  attributesOf(method, new URL(path, 'https://127.0.0.1'));

async function apiWithPolicy(): Promise<TestApi> {
  const api = await testApi();
  await api.cluster.create(namespaces, { metadata: { name: 'kube-system' } });
  await ensureBootstrapPolicy(api.cluster);
  return api;
}

const roleRef = (kind: string, name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name });
const rule = (verbs: string[], resources: string[], more: object = {}) => ({
  apiGroups: [''],
  resources,
  verbs,
  ...more,
});

describe('what a path asks for, as authorization sees it', () => {
  it.each([
    ['GET', '/api/v1/pods', { verb: 'list', resource: 'pods', namespace: '', name: '' }],
    ['GET', '/api/v1/pods?watch=true', { verb: 'watch' }],
    ['GET', '/api/v1/pods?watch=0', { verb: 'list' }],
    [
      'GET',
      '/apis/apps/v1/namespaces/shop/deployments/a',
      { verb: 'get', group: 'apps', namespace: 'shop', name: 'a' },
    ],
    ['DELETE', '/api/v1/namespaces/shop/pods', { verb: 'deletecollection' }],
    ['DELETE', '/api/v1/namespaces/shop/pods/a', { verb: 'delete', name: 'a' }],
    ['POST', '/api/v1/namespaces/shop/pods/a/exec', { verb: 'create', subresource: 'exec', name: 'a' }],
    ['GET', '/api/v1/namespaces/shop', { verb: 'get', resource: 'namespaces', namespace: 'shop', name: 'shop' }],
    ['PUT', '/api/v1/namespaces/shop/finalize', { resource: 'namespaces', subresource: 'finalize', name: 'shop' }],
    ['GET', '/api/v1/secrets?fieldSelector=metadata.name%3Da', { verb: 'list', name: 'a' }],
    ['GET', '/api/v1/secrets?fieldSelector=metadata.name%21%3Da', { verb: 'list', name: '' }],
    ['DELETE', '/api/v1/secrets?fieldSelector=metadata.name%3Da', { verb: 'deletecollection', name: '' }],
    ['GET', '/apis', { type: 'path', verb: 'get', path: '/apis' }],
    ['GET', '/apis/apps/v1', { type: 'path', path: '/apis/apps/v1' }],
  ])('%s %s', (method, path, expected) => {
    expect(asked(method, path)).toMatchObject(expected);
  });
});

describe('roles and bindings', () => {
  let api: TestApi;
  const may = (caller: Caller, method: string, path: string) => api.requests.authorize(caller, asked(method, path));
  beforeAll(async () => {
    api = await apiWithPolicy();
    await api.cluster.create(roles, {
      metadata: { name: 'reader', namespace: 'shop' },
      rules: [rule(['get', 'list'], ['pods']), rule(['get'], ['secrets'], { resourceNames: ['known'] })],
    });
    await api.cluster.create(roleBindings, {
      metadata: { name: 'readers', namespace: 'shop' },
      roleRef: roleRef('Role', 'reader'),
      subjects: [
        { kind: 'User', name: 'jane' },
        { kind: 'Group', name: 'staff' },
        { kind: 'ServiceAccount', name: 'robot' },
      ],
    });
    await api.cluster.create(clusterRoles, {
      metadata: { name: 'scaler' },
      rules: [
        { apiGroups: ['*'], resources: ['*/scale'], verbs: ['*'] },
        { nonResourceURLs: ['/debug/*'], verbs: ['get'] },
      ],
    });
    await api.cluster.create(clusterRoleBindings, {
      metadata: { name: 'scalers' },
      roleRef: roleRef('ClusterRole', 'scaler'),
      subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: 'ops' }],
    });
  });

  it('give what they list, where they are, to whom they name', () => {
    for (const caller of [person('jane'), person('joe', 'staff'), account('shop', 'robot')]) {
      expect(may(caller, 'GET', '/api/v1/namespaces/shop/pods').allowed, caller.username).toBe(true);
      expect(may(caller, 'GET', '/api/v1/namespaces/shop/pods/a').allowed).toBe(true);
      expect(may(caller, 'GET', '/api/v1/namespaces/shop/pods?watch=1').allowed).toBe(false);
      expect(may(caller, 'GET', '/api/v1/namespaces/shop/pods/a/log').allowed).toBe(false);
      expect(may(caller, 'GET', '/api/v1/namespaces/other/pods').allowed).toBe(false);
      expect(may(caller, 'GET', '/api/v1/pods').allowed).toBe(false);
      expect(may(caller, 'GET', '/apis/apps/v1/namespaces/shop/pods').allowed).toBe(false);
    }
    for (const caller of [person('joe'), account('other', 'robot'), person('robot')])
      expect(may(caller, 'GET', '/api/v1/namespaces/shop/pods').allowed, caller.username).toBe(false);
  });

  it('of a namespace are not looked at for what has none', () => {
    const binding = { metadata: { name: 'b', namespace: 'shop' }, roleRef: roleRef('Role', 'r') };
    const policy: Policy = {
      clusterRole: () => undefined,
      role: () => ({ metadata: { name: 'r' }, rules: [rule(['*'], ['*'])] }),
      clusterRoleBindings: () => [],
      roleBindings: () => [{ ...binding, subjects: [{ kind: 'User', name: 'jane' }] }],
    };
    expect(authorize(policy, person('jane'), asked('GET', '/api/v1/nodes')).allowed).toBe(false);
    expect(authorize(policy, person('jane'), asked('GET', '/api/v1/namespaces/shop/pods')).allowed).toBe(true);
  });

  it('can be about one name', () => {
    expect(may(person('jane'), 'GET', '/api/v1/namespaces/shop/secrets/known').allowed).toBe(true);
    expect(may(person('jane'), 'GET', '/api/v1/namespaces/shop/secrets/other').allowed).toBe(false);
    expect(may(person('jane'), 'GET', '/api/v1/namespaces/shop/secrets').allowed).toBe(false);
  });

  it('reach subresources by a star and paths by their beginning', () => {
    const robot = account('ops', 'robot');
    expect(may(robot, 'PATCH', '/apis/apps/v1/namespaces/shop/deployments/a/scale').allowed).toBe(true);
    expect(may(robot, 'PATCH', '/apis/apps/v1/namespaces/shop/deployments/a').allowed).toBe(false);
    expect(may(robot, 'GET', '/debug/pprof').allowed).toBe(true);
    expect(may(robot, 'GET', '/debugger').allowed).toBe(false);
    expect(may(robot, 'POST', '/debug/pprof').allowed).toBe(false);
  });

  it('say which one allowed it', () => {
    expect(may(person('jane'), 'GET', '/api/v1/namespaces/shop/pods').reason).toBe(
      'RBAC: allowed by RoleBinding "readers/shop" of Role "reader" to User "jane"',
    );
    expect(may(account('ops', 'robot'), 'GET', '/debug/x').reason).toBe(
      'RBAC: allowed by ClusterRoleBinding "scalers" of ClusterRole "scaler" to ServiceAccount "robot/ops"',
    );
  });

  it('let everybody who is known discover and ask about themselves, and superusers do everything', () => {
    expect(may(person('nobody'), 'GET', '/apis/apps/v1').allowed).toBe(true);
    expect(may(person('nobody'), 'GET', '/metrics').allowed).toBe(false);
    expect(may(person('nobody'), 'POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews').allowed).toBe(true);
    expect(may({ username: 'root', groups: ['system:masters'] }, 'DELETE', '/anything')).toEqual({
      allowed: true,
      reason: '',
    });
  });

  it('are told when the role of a binding is not there', async () => {
    await api.cluster.create(clusterRoleBindings, {
      metadata: { name: 'dangling' },
      roleRef: roleRef('ClusterRole', 'gone'),
      subjects: [{ kind: 'User', name: 'lost' }],
    });
    expect(may(person('lost'), 'GET', '/api/v1/pods')).toEqual({
      allowed: false,
      reason: 'RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found',
    });
  });

  // Recorded: status-envelopes.txt, "403 kubectl --as", "403 raw", "403 anonymous list".
  it.each([
    [
      'GET',
      '/api/v1/namespaces/tt/pods',
      'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "tt"',
    ],
    [
      'GET',
      '/apis/apps/v1/namespaces/tt/deployments/bookstore',
      'deployments.apps "bookstore" is forbidden: User "jane" cannot get resource "deployments" in API group "apps" in the namespace "tt"',
    ],
    [
      'GET',
      '/api/v1/namespaces',
      'namespaces is forbidden: User "jane" cannot list resource "namespaces" in API group "" at the cluster scope',
    ],
    [
      'POST',
      '/api/v1/namespaces/tt/pods/a/exec',
      'pods "a" is forbidden: User "jane" cannot create resource "pods/exec" in API group "" in the namespace "tt"',
    ],
    ['GET', '/metrics', 'forbidden: User "jane" cannot get path "/metrics"'],
  ])('are missed in the words of a real server: %s %s', (method, path, message) => {
    expect(notAllowedTo(person('jane'), asked(method, path)).status).toMatchObject({
      message,
      reason: 'Forbidden',
      code: 403,
    });
  });
});

describe('the default roles', () => {
  it('come back at the next start with their rules, beside what was added, unless autoupdate is off', async () => {
    const api = await apiWithPolicy();
    const extra = { apiGroups: ['x.io'], resources: ['things'], verbs: ['get'] };
    const edit = (name: string, change: (draft: KubeObject) => void) =>
      api.cluster.modify(clusterRoles, name, undefined, change);
    await edit('system:kube-dns', (draft) => {
      draft['rules'] = [extra];
    });
    await edit('system:basic-user', (draft) => {
      draft['rules'] = [];
      draft.metadata.annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'false' };
    });
    await api.cluster.delete(clusterRoleBindings, 'cluster-admin');
    const revision = api.store.revision;
    await ensureBootstrapPolicy(api.cluster);
    expect(api.cluster.get(clusterRoles, 'system:kube-dns')?.['rules']).toEqual([
      extra,
      { apiGroups: [''], resources: ['endpoints', 'services'], verbs: ['list', 'watch'] },
    ]);
    expect(api.cluster.get(clusterRoles, 'system:basic-user')?.['rules']).toEqual([]);
    expect(api.cluster.get(clusterRoleBindings, 'cluster-admin')).toBeDefined();
    expect(api.store.revision).toBe(revision + 2);
  });
});

describe('whoever writes roles', () => {
  let api: TestApi;
  const warden = person('warden');
  const as = (caller: Caller, path: string, object: object) =>
    api.requests.create(api.at(path), { type: 'json', text: JSON.stringify(object) }, {}, caller);
  const bind = async (name: string, caller: Caller, rules: object[]) => {
    await api.cluster.create(clusterRoles, { metadata: { name }, rules });
    await api.cluster.create(clusterRoleBindings, {
      metadata: { name },
      roleRef: roleRef('ClusterRole', name),
      subjects: [{ kind: 'User', name: caller.username }],
    });
  };
  const role = (name: string, ...rules: object[]) => ({ metadata: { name }, rules });
  const binding = (name: string, kind: string, roleName: string) => ({
    metadata: { name },
    roleRef: roleRef(kind, roleName),
    subjects: [{ kind: 'User', name: 'friend' }],
  });
  const at = 'rbac.authorization.k8s.io/v1';
  beforeAll(async () => {
    api = await testApi();
    await bind('warden', warden, [rule(['get', 'list'], ['pods'])]);
    await api.cluster.create(clusterRoles, { metadata: { name: 'mighty' }, rules: [rule(['*'], ['secrets'])] });
  });

  it('gives what they hold, and nothing beyond', async () => {
    await as(warden, `${at}/roles`, role('fine', rule(['get'], ['pods'], { resourceNames: ['a'] })));
    const refused = await refusal(
      as(warden, `${at}/roles`, role('greedy', rule(['get', 'watch', 'list', 'delete'], ['pods', 'secrets']))),
    );
    expect(refused.status).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      details: { name: 'greedy', group: 'rbac.authorization.k8s.io', kind: 'roles' },
      message: [
        'roles.rbac.authorization.k8s.io "greedy" is forbidden: user "warden" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:',
        '{APIGroups:[""], Resources:["pods"], Verbs:["watch" "delete"]}',
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "watch" "list" "delete"]}',
      ].join('\n'),
    });
  });

  it('or applies what is not there needs the verb create as well', async () => {
    await bind('patcher', warden, [rule(['patch', 'get'], ['configmaps'])]);
    const text = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new' } });
    const apply = () =>
      api.requests.patch(
        api.at('v1/configmaps', 'new'),
        'apply',
        { type: 'yaml', text },
        { fieldManager: 'm' },
        warden,
      );
    expect((await refusal(apply)).message).toBe(
      'configmaps "new" is forbidden: User "warden" cannot create resource "configmaps" in API group "" in the namespace "shop"',
    );
    await api.post('v1/configmaps', { metadata: { name: 'new' } });
    expect((await apply()).code).toBe(200);
  });

  it('binds only roles they hold, or may bind by name', async () => {
    expect((await refusal(as(warden, `${at}/rolebindings`, binding('b', 'ClusterRole', 'mighty')))).message).toContain(
      'is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["*"]}',
    );
    expect((await refusal(as(warden, `${at}/rolebindings`, binding('b', 'Role', 'nope')))).status).toMatchObject({
      code: 404,
      message: 'role.rbac.authorization.k8s.io "nope" not found',
      details: { name: 'nope', group: 'rbac.authorization.k8s.io', kind: 'role' },
    });
    await as(warden, `${at}/rolebindings`, binding('own', 'ClusterRole', 'warden'));
    await bind('binder', warden, [
      {
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['clusterroles'],
        resourceNames: ['mighty'],
        verbs: ['bind'],
      },
    ]);
    await as(warden, `${at}/rolebindings`, binding('b', 'ClusterRole', 'mighty'));
  });

  it('gathers roles by their labels only with all rights, or with the verb escalate', async () => {
    const gathering = { ...role('all'), aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } };
    expect((await refusal(as(warden, `${at}/clusterroles`, gathering))).message).toBe(
      'clusterroles.rbac.authorization.k8s.io "all" is forbidden: must have cluster-admin privileges to use the aggregationRule',
    );
    await bind('escalator', warden, [
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs: ['escalate'] },
    ]);
    await as(warden, `${at}/clusterroles`, gathering);
  });

  it('is told what a role or binding lacks, held or not', async () => {
    const aimless = { ...binding('aimless', 'Role', 'fine'), roleRef: { name: 'fine' } };
    expect((await refusal(as(warden, `${at}/rolebindings`, aimless))).message).toContain(
      'roleRef.kind: Unsupported value: "": supported values: "ClusterRole", "Role"',
    );
    for (const verbs of [undefined, null, []]) {
      const broken = role('broken', { apiGroups: [''], resources: ['pods'], nonResourceURLs: [], verbs });
      expect((await refusal(as(warden, `${at}/roles`, broken))).message).toBe(
        'Role.rbac.authorization.k8s.io "broken" is invalid: rules[0].verbs: Required value: verbs must contain at least one value',
      );
    }
  });
});

describe('whoever changes a role beyond their own rights', () => {
  let api: TestApi;
  const clerk = person('clerk');
  const at = 'rbac.authorization.k8s.io/v1/clusterroles';
  const change = (name: string, patch: object) =>
    api.requests.patch(api.at(at, name), 'merge', { type: 'json', text: JSON.stringify(patch) }, {}, clerk);
  beforeAll(async () => {
    api = await testApi();
    const metadata = { name: 'mighty', finalizers: ['a.b/c'] };
    await api.cluster.create(clusterRoles, { metadata, rules: [rule(['*'], ['*'])] });
    await api.cluster.create(clusterRoles, {
      metadata: { name: 'gathering' },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
    });
  });

  it('cannot label it for others to gather', async () => {
    const labels = { 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' };
    expect((await refusal(change('mighty', { metadata: { labels } }))).message).toContain(
      'is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["*"], Verbs:["*"]}',
    );
  });

  it('cannot take away how it gathers', async () => {
    expect((await refusal(change('gathering', { aggregationRule: null }))).message).toBe(
      'clusterroles.rbac.authorization.k8s.io "gathering" is forbidden: must have cluster-admin privileges to use the aggregationRule',
    );
  });

  it('may let go of it', async () => {
    await change('mighty', { metadata: { finalizers: null } });
    expect(api.cluster.get(clusterRoles, 'mighty')?.metadata.finalizers).toBeUndefined();
  });
});

describe('reviews', () => {
  let api: TestApi;
  const jane = person('jane');
  const review = async (path: string, spec: object, caller = jane) => {
    const body = { type: 'json' as const, text: JSON.stringify({ spec }) };
    return (await api.requests.create(api.at(path), body, {}, caller)).object as KubeObject;
  };
  const on = (verb: string, resource: string, namespace = 'shop') => ({
    resourceAttributes: { verb, resource, namespace, group: '' },
  });
  beforeAll(async () => {
    api = await apiWithPolicy();
    await api.cluster.create(roles, {
      metadata: { name: 'reader', namespace: 'shop' },
      rules: [rule(['get', 'list'], ['pods'])],
    });
    await api.cluster.create(roleBindings, {
      metadata: { name: 'readers', namespace: 'shop' },
      roleRef: roleRef('Role', 'reader'),
      subjects: [{ kind: 'User', name: 'jane' }],
    });
  });

  it('answer from the same rules, about oneself and about others', async () => {
    const self = 'authorization.k8s.io/v1/selfsubjectaccessreviews';
    expect((await review(self, on('list', 'pods')))['status']).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by RoleBinding "readers/shop" of Role "reader" to User "jane"',
    });
    expect((await review(self, on('delete', 'pods')))['status']).toEqual({ allowed: false });
    const other = 'authorization.k8s.io/v1/subjectaccessreviews';
    expect((await review(other, { ...on('list', 'pods'), user: 'joe' }))['status']).toEqual({ allowed: false });
    expect((await review(other, { ...on('list', 'nodes', ''), groups: ['system:masters'] }))['status']).toEqual({
      allowed: true,
    });
    const local = 'authorization.k8s.io/v1/localsubjectaccessreviews';
    expect((await review(local, { ...on('list', 'pods'), user: 'jane' }))['status']).toMatchObject({ allowed: true });
    expect((await refusal(review(local, { ...on('list', 'pods', 'other'), user: 'jane' }))).message).toBe(
      'spec.resourceAttributes.namespace must match namespace: shop',
    );
  });

  it('want to know what about, and about whom', async () => {
    const self = 'authorization.k8s.io/v1/selfsubjectaccessreviews';
    expect((await refusal(review(self, {}))).message).toBe(
      'SelfSubjectAccessReview.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
    );
    const other = 'authorization.k8s.io/v1/subjectaccessreviews';
    expect((await refusal(review(other, on('get', 'pods')))).message).toContain(
      'spec.user: Invalid value: "": at least one of user or group must be specified',
    );
  });

  it('list the rules that hold in a namespace', async () => {
    const { status } = await review('authorization.k8s.io/v1/selfsubjectrulesreviews', { namespace: 'shop' });
    expect(status).toMatchObject({ incomplete: false });
    const { resourceRules, nonResourceRules } = status as { resourceRules: object[]; nonResourceRules: object[] };
    expect(resourceRules.at(-1)).toEqual(rule(['get', 'list'], ['pods']));
    expect(resourceRules).toHaveLength(3);
    expect(nonResourceRules).toHaveLength(2);
  });
});
