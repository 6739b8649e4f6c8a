import { beforeAll, describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/kube/objects.ts';
import { customResourceDefinitions, pods } from '../../../src/kube/resources.ts';
import { admin, podOf, refusal, type TestApi, testApi } from './api-fixture.ts';

let api: TestApi;
const widgets = 'shop.example/v1/widgets';

beforeAll(async () => {
  api = await testApi();
  await api.cluster.create(pods, podOf('one', { nodeName: 'n1', hostNetwork: true }));
  await api.cluster.create(pods, podOf('two', { restartPolicy: 'Never', schedulerName: 'mine' }));
  await api.cluster.modifyStatus(pods, 'one', 'shop', (draft: Pod) => {
    draft.status = { ...draft.status, phase: 'Running', podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }] };
  });
  await api.post('v1/secrets', { metadata: { name: 's' }, type: 'shop/key' });
  await api.post('v1/services', { metadata: { name: 'web' }, spec: { type: 'NodePort', ports: [{ port: 80 }] } });
  const involvedObject = { kind: 'Pod', name: 'one', namespace: 'shop', uid: 'u', apiVersion: 'v1', fieldPath: 'spec' };
  const about = { involvedObject, reason: 'Started', type: 'Normal' };
  await api.post('v1/events', { ...about, metadata: { name: 'e' }, source: { component: 'kubelet' } });
  await api.post('v1/events', { ...about, metadata: { name: 'f' }, reportingComponent: 'my-controller' });
  await api.cluster.create(customResourceDefinitions, {
    metadata: { name: 'widgets.shop.example' },
    spec: {
      group: 'shop.example',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          selectableFields: [{ jsonPath: '.spec.colour' }],
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec: { type: 'object', properties: { colour: { type: 'string' } } } },
            },
          },
        },
      ],
    },
  });
  for (const colour of ['blue', 'red'])
    await api.post(widgets, { ...widget, metadata: { name: colour }, spec: { colour } });
});

const widget = { apiVersion: 'shop.example/v1', kind: 'Widget' };
const select = (path: string, fieldSelector: string) =>
  api.requests.list(api.at(path), { fieldSelector }).object.items.map(({ metadata }) => metadata.name);

describe('a field selector', () => {
  it.each([
    ['v1/pods', 'spec.nodeName=n1', ['one']],
    ['v1/pods', 'spec.host=n1', ['one']],
    ['v1/pods', 'spec.nodeName!=n1', ['two']],
    ['v1/pods', 'status.phase=Pending', ['two']],
    ['v1/pods', 'status.phase=Running,spec.restartPolicy=Always', ['one']],
    ['v1/pods', 'status.podIP=10.0.0.1', ['one']],
    ['v1/pods', 'status.podIPs=10.0.0.1', ['one']],
    ['v1/pods', 'spec.schedulerName=mine', ['two']],
    ['v1/pods', 'spec.hostNetwork=true', ['one']],
    ['v1/pods', 'spec.serviceAccountName=default', ['one', 'two']],
    ['v1/secrets', 'type=shop/key', ['s']],
    ['v1/services', 'spec.type=NodePort', ['web']],
    ['v1/namespaces', 'status.phase=Active', ['shop']],
    ['v1/events', 'involvedObject.uid=u,involvedObject.fieldPath=spec,reason=Started,type=Normal', ['e', 'f']],
    ['v1/events', 'source=kubelet', ['e']],
    ['v1/events', 'source=my-controller', ['f']],
    [widgets, 'spec.colour=red', ['red']],
    [widgets, 'metadata.namespace=shop,spec.colour!=red', ['blue']],
  ])('of %s finds by %s', (path, selector, names) => {
    expect(select(path, selector)).toEqual(names);
  });

  it.each([
    ['v1/pods', 'spec.image', 'field label not supported: spec.image'],
    ['v1/namespaces', 'metadata.namespace', 'field label not supported: metadata.namespace'],
    ['v1/events', 'message', 'field label not supported: message'],
    [widgets, 'spec.size', 'field label not supported: spec.size'],
    ['v1/configmaps', 'data', '"data" is not a known field selector: only "metadata.name", "metadata.namespace"'],
  ])('of %s may not name %s', async (path, field, message) => {
    const refused = await refusal(() => select(path, `${field}=x`));
    expect(refused).toMatchObject({ code: 400, reason: 'BadRequest', message });
  });
});

describe('a deletion of a collection', () => {
  it('takes what its selectors and its limit leave of it', async () => {
    for (const name of ['a', 'b', 'c', 'd']) {
      const labels = { half: name < 'c' ? 'first' : 'second' };
      await api.post('v1/configmaps', { metadata: { name, labels } });
    }
    const all = () => api.requests.list(api.at('v1/configmaps'), {}).object.items.map(({ metadata }) => metadata.name);
    const remove = (query: object) => api.requests.deleteCollection(api.at('v1/configmaps'), query, {}, admin);
    await remove({ labelSelector: 'half=first', limit: 1 });
    expect(all()).toEqual(['b', 'c', 'd']);
    await remove({ fieldSelector: 'metadata.name!=d' });
    expect(all()).toEqual(['d']);
    const dryRun = { dryRun: true };
    await api.requests.deleteCollection(api.at('v1/configmaps'), {}, dryRun, admin);
    expect(all()).toEqual(['d']);
    await remove({});
    expect(all()).toEqual([]);
  });
});
