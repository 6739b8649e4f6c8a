import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Deployment } from '../../../src/kube/objects.ts';
import { admin, deploymentOf, podOf, refusal, type TestApi, testApi } from './api-fixture.ts';

/** Recorded answers of Kubernetes 1.36, by the heading over each. */
const recorded = new Map(
  readFileSync(new URL('./recorded-statuses.txt', import.meta.url), 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n')).trim()]),
);
const envelope = (heading: string): unknown => JSON.parse(recorded.get(heading) ?? 'null');

let api: TestApi;
beforeEach(async () => {
  api = await testApi();
});

const statusOf = async (call: Promise<unknown> | (() => unknown)) => (await refusal(call)).status;
const raw = (path: string, text: string, query = {}) =>
  api.requests.create(api.at(path), { type: 'json', text }, query, admin);

describe('Status answers are the recorded ones', () => {
  it('404 of a grouped and of a core kind', async () => {
    expect(await statusOf(() => api.requests.get(api.at('apps/v1/deployments', 'nope')))).toEqual(
      envelope('404 object'),
    );
    expect(await statusOf(() => api.requests.get(api.at('v1/pods', 'nope')))).toEqual(envelope('404 core object'));
  });

  it('409 of what exists', async () => {
    await api.post('v1/namespaces', { metadata: { name: 'tt' } });
    expect(await statusOf(api.post('v1/namespaces', { metadata: { name: 'tt' } }))).toEqual(envelope('409 exists'));
  });

  it('400 of another namespace', async () => {
    const body = { metadata: { name: 'x', namespace: 'other' } };
    expect(await statusOf(api.post('v1/configmaps', body))).toEqual(envelope('400 wrong ns'));
  });

  it('400 of half a JSON text', async () => {
    expect(await statusOf(raw('v1/configmaps', '{"kind":'))).toEqual(envelope('400 bad json'));
  });

  it('400 of an unknown field when Strict, a warning otherwise', async () => {
    const text = '{"metadata":{"name":"warn1"},"dta":{}}';
    expect(await statusOf(raw('v1/configmaps', text, { fieldValidation: 'Strict' }))).toEqual(envelope('400 strict'));
    const { warnings, object } = await raw('v1/configmaps', text);
    expect(warnings).toEqual(['unknown field "dta"']);
    expect(object).not.toHaveProperty('dta');
  });

  it('400 of a duplicate field when Strict', async () => {
    const text = '{"metadata":{"name":"a"},"data":{"x":"1","x":"2"}}';
    const { message } = await statusOf(raw('v1/configmaps', text, { fieldValidation: 'Strict' }));
    expect(message).toBe(
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: duplicate field "data.x"',
    );
  });

  it('422 of a bad name', async () => {
    expect(await statusOf(api.post('v1/namespaces', { metadata: { name: 'Bad_Name' } }))).toEqual(envelope('422 name'));
  });

  it('422 of a Service port', async () => {
    const service = { metadata: { name: 's' }, spec: { ports: [{ port: 0 }] } };
    expect(await statusOf(api.post('v1/services', service))).toEqual(envelope('422 svc port'));
  });

  it('405 of a verb that the kind does not have', async () => {
    const target = api.at('authorization.k8s.io/v1/selfsubjectaccessreviews');
    expect(await statusOf(() => api.requests.list(target, {}))).toEqual(envelope('405'));
  });

  it('403 of a namespace that may not be deleted', async () => {
    await api.post('v1/namespaces', { metadata: { name: 'default' } });
    const { message } = await statusOf(api.requests.delete(api.at('v1/namespaces', 'default'), {}, admin));
    expect(message).toBe('namespaces "default" is forbidden: this namespace may not be deleted');
  });
});

describe('validation texts', () => {
  const message = async (object: object, path = 'apps/v1/deployments') =>
    (await statusOf(api.post(path, object))).message;

  it('a missing image, and a selector that does not match its template', async () => {
    const deployment = deploymentOf('x', {
      containers: [{ name: 'app' }],
      spec: { selector: { matchLabels: { a: 'b' } } },
    });
    expect(await message(deployment)).toBe(
      'Deployment.apps "x" is invalid: [spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template `labels`, spec.template.spec.containers[0].image: Required value]',
    );
  });

  it.each([
    ['deployments', 'Deployment', 'deployment'],
    ['replicasets', 'ReplicaSet', 'deployment'],
    ['statefulsets', 'StatefulSet', 'statefulset'],
  ])('an empty selector of %s', async (resource, kind, named) => {
    const object = { ...deploymentOf('x', { spec: { selector: { matchLabels: {} } } }), kind };
    expect(await message(object, `apps/v1/${resource}`)).toContain(
      `spec.selector: Invalid value: {"matchLabels":{}}: empty selector is invalid for ${named}`,
    );
  });

  it('an immutable selector', async () => {
    const made = (await api.post('apps/v1/deployments', deploymentOf('x'))) as Deployment;
    const labels = { app: 'y' };
    const spec = {
      ...made.spec,
      selector: { matchLabels: labels },
      template: { ...made.spec.template, metadata: { labels } },
    };
    const error = await refusal(api.patch('apps/v1/deployments', 'x', 'merge', { spec }));
    expect(error.message).toBe(
      'Deployment.apps "x" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"y"}}: field is immutable',
    );
  });

  it('a clusterIP once set', async () => {
    await api.post('v1/services', { metadata: { name: 'bookstore' }, spec: { ports: [{ port: 80 }] } });
    const error = await refusal(
      api.patch('v1/services', 'bookstore', 'merge', { spec: { clusterIP: '10.0.9.77', clusterIPs: ['10.0.9.77'] } }),
    );
    expect(error.message).toBe(
      'Service "bookstore" is invalid: spec.clusterIPs[0]: Invalid value: ["10.0.9.77"]: may not change once set',
    );
  });

  it('a value of the wrong type', async () => {
    expect(await message(deploymentOf('x', { spec: { replicas: 'two' } }))).toBe(
      'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    );
  });

  it('a pod whose service account is missing', async () => {
    expect(await message(podOf('web', { serviceAccountName: 'bookbuyer' }), 'v1/pods')).toBe(
      'pods "web" is forbidden: error looking up service account shop/bookbuyer: serviceaccount "bookbuyer" not found',
    );
  });
});
