import { beforeEach, describe, expect, it } from 'vitest';
import { pods } from '../../../src/kube/resources.ts';
import type { WatchFeedEvent, WatchQuery } from '../../../src/sandbox/apiserver/request-api.ts';
import { admin, podOf, refusal, type TestApi, testApi } from './api-fixture.ts';

let api: TestApi;
beforeEach(async () => {
  api = await testApi();
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    await api.post('v1/configmaps', { metadata: { name, labels: { half: name < 'c' ? 'first' : 'second' } } });
  }
});

const list = (query: Parameters<TestApi['requests']['list']>[1]) =>
  api.requests.list(api.at('v1/configmaps'), query).object;
const namesIn = (page: ReturnType<typeof list>) => page.items.map(({ metadata }) => metadata.name);

function watch(query: WatchQuery, path = 'v1/configmaps', name?: string) {
  const events: WatchFeedEvent[] = [];
  const feed = api.requests.watch(api.at(path, name), query, (event) => events.push(event));
  return {
    events,
    feed,
    seen: () =>
      events.map(({ type, object }) => `${type} ${(object as { metadata: { name?: string } }).metadata.name}`),
  };
}

describe('lists', () => {
  it('pages are pinned to the revision of the first', async () => {
    const first = list({ limit: 2 });
    expect(namesIn(first)).toEqual(['a', 'b']);
    expect(first.metadata.remainingItemCount).toBe(3);
    await api.requests.delete(api.at('v1/configmaps', 'c'), {}, admin);
    await api.post('v1/configmaps', { metadata: { name: 'bb' } });
    const second = list({ limit: 2, continue: first.metadata.continue ?? '' });
    expect(namesIn(second)).toEqual(['c', 'd']);
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    const last = list({ limit: 2, continue: second.metadata.continue ?? '' });
    expect(namesIn(last)).toEqual(['e']);
    expect(last.metadata.continue).toBeUndefined();
  });

  it('a page too old to go on answers 410 with a token for the inconsistent rest', async () => {
    const first = list({ limit: 2 });
    for (let count = 0; count < 3000; count += 1) {
      await api.cluster.modify(
        { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespaced: true },
        'a',
        'shop',
        (draft) => {
          draft['data'] = { count: String(count) };
        },
      );
    }
    const error = await refusal(() => list({ limit: 2, continue: first.metadata.continue ?? '' }));
    expect(error).toMatchObject({ code: 410, reason: 'Expired' });
    expect(namesIn(list({ limit: 9, continue: error.status.metadata.continue ?? '' }))).toEqual(['c', 'd', 'e']);
  });

  it('selectors cut by labels and by fields', () => {
    expect(namesIn(list({ labelSelector: 'half=first' }))).toEqual(['a', 'b']);
    expect(namesIn(list({ fieldSelector: 'metadata.name=c' }))).toEqual(['c']);
  });

  it('at exactly a revision answers what was there then, by the rules of when it may be asked for', async () => {
    const then = api.requests.revision();
    await api.post('v1/configmaps', { metadata: { name: 'f' } });
    const names = (query: Parameters<typeof list>[0]) => namesIn(list({ resourceVersion: then, ...query })).join('');
    expect(names({ resourceVersionMatch: 'Exact' })).toBe('abcde');
    expect(names({ resourceVersionMatch: 'NotOlderThan' })).toBe('abcdef');
    expect(names({})).toBe('abcdef');
    expect(names({ limit: 9 })).toBe('abcde');
    const [token, resourceVersion] = [list({ limit: 2 }).metadata.continue ?? '', then];
    for (const [query, why] of [
      [{ resourceVersionMatch: 'Exact' }, 'resourceVersionMatch is forbidden unless resourceVersion is provided'],
      [{ resourceVersionMatch: 'Exact', resourceVersion: '0' }, '"Exact" is forbidden for resourceVersion "0"'],
      [{ resourceVersionMatch: 'Old', resourceVersion }, 'supported values: "Exact", "NotOlderThan", ""'],
      [{ continue: token, resourceVersion }, 'specifying resource version is not allowed when using continue'],
    ] as const)
      expect((await refusal(() => list(query))).message).toContain(why);
  });

  it('a revision of the future is refused as recorded', async () => {
    const { status } = await refusal(() => list({ resourceVersion: '99999999' }));
    expect(status).toMatchObject({
      message: `Timeout: Too large resource version: 99999999, current: ${api.store.revision}`,
      reason: 'Timeout',
      details: {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
      code: 504,
    });
  });
});

describe('watches', () => {
  it('without a revision begins with what is there, then follows', async () => {
    const { seen } = watch({ labelSelector: 'half=first' });
    await api.patch('v1/configmaps', 'a', 'merge', { data: { x: '1' } });
    await api.patch('v1/configmaps', 'c', 'merge', { data: { x: '1' } });
    expect(seen()).toEqual(['ADDED a', 'ADDED b', 'MODIFIED a']);
  });

  it('what stops matching is deleted for the watcher, what starts is added', async () => {
    const { seen } = watch({ labelSelector: 'half=first', resourceVersion: api.requests.revision() });
    await api.patch('v1/configmaps', 'a', 'merge', { metadata: { labels: { half: 'second' } } });
    await api.patch('v1/configmaps', 'a', 'merge', { metadata: { labels: { half: 'first' } } });
    expect(seen()).toEqual(['DELETED a', 'ADDED a']);
  });

  it('WatchList ends its first part with the annotated bookmark', async () => {
    const query = { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true };
    const { events, seen } = watch({ ...query, fieldSelector: 'metadata.name=a' });
    await api.requests.delete(api.at('v1/configmaps', 'a'), {}, admin);
    expect(seen()).toEqual(['ADDED a', 'BOOKMARK undefined', 'DELETED a']);
    expect(events[1]?.object).toMatchObject({
      kind: 'ConfigMap',
      metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } },
    });
  });

  it('WatchList without its match is refused as a real server does', async () => {
    const error = await refusal(() => watch({ sendInitialEvents: true }));
    expect(error.message).toBe(
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    );
  });

  it('a revision that is forgotten gives one ERROR event', async () => {
    const since = api.requests.revision();
    for (let count = 0; count < 3000; count += 1) {
      await api.cluster.create(pods, podOf(`p${count}`));
      await api.cluster.delete(pods, `p${count}`, 'shop');
    }
    const { events } = watch({ resourceVersion: since }, 'v1/pods');
    expect(events).toMatchObject([
      {
        type: 'ERROR',
        object: { code: 410, reason: 'Expired', message: `too old resource version: ${since} (${api.store.revision})` },
      },
    ]);
  });
});
