import { beforeEach, describe, expect, it } from 'vitest';
import { coreEvents } from '../../../src/kube/resources.ts';
import type { WatchFeedEvent } from '../../../src/sandbox/apiserver/request-api.ts';
import { createTable } from '../../../src/sandbox/apiserver/tables/table.ts';
import { admin, refusal, type TestApi, testApi } from './api-fixture.ts';

/** k9s asks for events in this group alone: its view `:events`, and its pulses, which end where a kind is not served. */
const group = 'events.k8s.io/v1/events';
let api: TestApi;
beforeEach(async () => {
  api = await testApi();
});

const coreEvent = (name: string) => ({
  metadata: { name, namespace: 'shop' },
  involvedObject: { kind: 'Pod', namespace: 'shop', name: 'web', fieldPath: 'spec.containers{app}' },
  reason: 'Started',
  message: 'Container started',
  type: 'Normal' as const,
  count: 3,
  firstTimestamp: '2026-11-22T01:00:00Z',
  lastTimestamp: '2026-11-22T02:00:00Z',
  source: { component: 'kubelet', host: 'node-1' },
});

const newEvent = {
  metadata: { name: 'new' },
  eventTime: '2026-11-22T01:00:00.000000Z',
  reportingController: 'example.com/controller',
  reportingInstance: 'one',
  action: 'Bind',
  reason: 'Bound',
  regarding: { kind: 'Pod', namespace: 'shop', name: 'web' },
  note: 'bound to a node',
  type: 'Normal',
};

describe('events.k8s.io', () => {
  it('shows the core events under its own names for their fields', async () => {
    const core = await api.cluster.create(coreEvents, coreEvent('old'));
    const { object } = api.requests.list(api.at(group), {});
    expect(object).toMatchObject({ kind: 'EventList', apiVersion: 'events.k8s.io/v1' });
    const { resourceVersion, uid } = core.metadata;
    expect(object.items).toMatchObject([
      {
        kind: 'Event',
        apiVersion: 'events.k8s.io/v1',
        metadata: { name: 'old', namespace: 'shop', uid, resourceVersion },
        eventTime: null,
        regarding: coreEvent('old').involvedObject,
        note: 'Container started',
        reportingController: 'kubelet',
        reason: 'Started',
        type: 'Normal',
        deprecatedCount: 3,
        deprecatedSource: { component: 'kubelet', host: 'node-1' },
        deprecatedFirstTimestamp: '2026-11-22T01:00:00Z',
        deprecatedLastTimestamp: '2026-11-22T02:00:00Z',
      },
    ]);
    const gone = ['involvedObject', 'message', 'source', 'count', 'firstTimestamp', 'reportingComponent'];
    expect(Object.keys(object.items[0] ?? {}).filter((field) => gone.includes(field))).toEqual([]);
  });

  it('takes events, which are core events from then on, and may be changed and deleted in both groups', async () => {
    const made = await api.post(group, newEvent);
    expect(made).toMatchObject({ apiVersion: 'events.k8s.io/v1', note: 'bound to a node', action: 'Bind' });
    expect(api.cluster.get(coreEvents, 'new', 'shop')).toMatchObject({
      apiVersion: 'v1',
      kind: 'Event',
      message: 'bound to a node',
      involvedObject: newEvent.regarding,
      reportingComponent: 'example.com/controller',
      source: {},
      firstTimestamp: null,
    });
    await api.patch(group, 'new', 'merge', { note: 'bound again' });
    expect(api.cluster.get(coreEvents, 'new', 'shop')).toMatchObject({ apiVersion: 'v1', message: 'bound again' });
    await api.requests.delete(api.at(group, 'new'), {}, admin);
    expect(api.cluster.list(coreEvents)).toEqual([]);
  });

  it('refuses an event that says not when, by whom or of what action, or speaks of the old fields', async () => {
    const fields = async (event: object) => {
      const { code, status } = await refusal(api.post(group, event));
      return [code, ...(status.details?.causes ?? []).map(({ field }) => field)];
    };
    const { action: _action, ...idle } = newEvent;
    expect(await fields({ ...idle, deprecatedCount: 2 })).toEqual([422, 'action', 'deprecatedCount']);
    expect(await fields({ ...newEvent, eventTime: null })).toEqual([422, 'eventTime']);
    expect(await fields({ ...newEvent, regarding: {} })).toEqual([422, 'regarding.namespace']);
  });

  it('is watched, and asked by its own fields, as it is written in the other group', async () => {
    const seen: WatchFeedEvent[] = [];
    const feed = api.requests.watch(api.at(group), { fieldSelector: 'regarding.name=web' }, (event) =>
      seen.push(event),
    );
    const elsewhere = coreEvent('elsewhere');
    await api.cluster.create(coreEvents, { ...elsewhere, involvedObject: { ...elsewhere.involvedObject, name: 'db' } });
    await api.cluster.create(coreEvents, coreEvent('old'));
    await api.cluster.delete(coreEvents, 'old', 'shop');
    feed.stop();
    expect(seen.map(({ type, object }) => [type, (object as { note?: string }).note])).toEqual([
      ['ADDED', 'Container started'],
      ['DELETED', 'Container started'],
    ]);
    const wrong = await refusal(() => api.requests.list(api.at(group), { fieldSelector: 'involvedObject.name=web' }));
    expect(wrong.message).toBe('field label not supported: involvedObject.name');
  });

  it('has the columns of the core events', async () => {
    await api.cluster.create(coreEvents, coreEvent('old'));
    const rows = [api.at(group), api.at('v1/events')].map((target) => {
      const { items } = api.requests.list(target, {}).object;
      const options = { version: 'v1', include: 'None', nowMs: Date.parse('2026-11-22T02:00:09Z') } as const;
      return createTable(target.resource, items, { ...options, metadata: {} }).rows[0]?.cells;
    });
    expect(rows[0]?.slice(0, 4)).toEqual(['9s', 'Normal', 'Started', 'pod/web']);
    expect(rows[0]).toEqual(rows[1]);
  });
});
