import { describe, expect, it } from 'vitest';
import { outsideId, type TrafficGraph, trafficGraph } from '../../../src/check/traffic/graph.ts';
import { bookstoreMesh, bookstoreSplit, caller, connections, graphOf, http, sample } from './mesh-samples.ts';

const buyer = 'bookbuyer/bookbuyer';
const store = 'bookstore/bookstore';
const v1 = 'bookstore/bookstore-v1';
const v2 = 'bookstore/bookstore-v2';
const root = `service ${store}`;
const split = { ...bookstoreMesh, splits: [bookstoreSplit] };

const edge = (graph: TrafficGraph, from: string, to: string) =>
  graph.edges.find((one) => one.from === from && one.to === to);

describe('the graph of a mesh', () => {
  it('takes rates between two looks, per second', () => {
    const before = [caller(buyer, http(v1, { total: 100, '2xx': 100 }))];
    const graph = graphOf(bookstoreMesh, [caller(buyer, http(v1, { total: 130, '2xx': 130 }))], before);
    expect(edge(graph, buyer, store)).toMatchObject({ perSecond: 3, state: 'flowing', isSecured: true });
  });

  it('knows no rate at the first look, but who has ever called whom', () => {
    const first = sample(bookstoreMesh, 0, [caller(buyer, http(v1, { total: 100, '2xx': 100 }))]);
    expect(trafficGraph(undefined, first).edges).toMatchObject([{ perSecond: 0, state: 'idle' }]);
  });

  it('draws no call for an upstream that a sidecar only knows', () => {
    expect(graphOf(bookstoreMesh, [caller(buyer, http(v1, { total: 0 }))]).edges).toEqual([]);
  });

  it('starts counting again with a sidecar that restarted, and from zero with a new pod', () => {
    const before = [caller(buyer, http(v1, { total: 500, '2xx': 500 }))];
    const restarted = [caller(buyer, http(v1, { total: 20, '2xx': 20 }))];
    expect(edge(graphOf(bookstoreMesh, restarted, before), buyer, store)?.perSecond).toBe(2);
    const joined = [...before, caller(buyer, http(v1, { total: 10, '2xx': 10 }), {}, 'another')];
    expect(edge(graphOf(bookstoreMesh, joined, before), buyer, store)?.perSecond).toBe(1);
  });

  it.each([
    [{ total: 10, '2xx': 10 }, 'flowing'],
    [{ total: 10, '3xx': 10 }, 'flowing'],
    [{ total: 10, '2xx': 5, '4xx': 5, '403': 5 }, 'partly-failing'],
    [{ total: 10, '4xx': 10, '403': 10 }, 'denied'],
    [{ total: 10, '4xx': 10 }, 'failing'],
    [{ total: 10, '5xx': 10 }, 'failing'],
  ] as const)('calls %o %s', (counts, state) => {
    expect(edge(graphOf(bookstoreMesh, [caller(buyer, http(v1, counts))]), buyer, store)?.state).toBe(state);
  });

  it('takes a refusal that no sidecar saw from the log of the application', () => {
    const graph = graphOf(bookstoreMesh, [caller(buyer, {}, { [v1]: 20 })]);
    expect(edge(graph, buyer, store)).toMatchObject({
      state: 'denied',
      perSecond: 2,
      answers: { refused: 2 },
      evidence: `the log of ${buyer}`,
    });
  });

  it('counts an error once that both the sidecar and the log tell', () => {
    const graph = graphOf(bookstoreMesh, [caller(buyer, http(v1, { total: 10, '5xx': 10 }), { [v1]: 10 })]);
    expect(edge(graph, buyer, store)).toMatchObject({ perSecond: 1, state: 'failing', answers: { refused: 0 } });
  });

  it('takes pass-through that the log names for what it is: the same attempts', () => {
    const passing = { 'cluster.passthrough-outbound.upstream_cx_total': 20 };
    const named = graphOf(bookstoreMesh, [caller(buyer, passing, { [v1]: 20 })]);
    expect(named.nodes.map(({ id }) => id)).not.toContain(outsideId);
    expect(edge(graphOf(bookstoreMesh, [caller(buyer, passing)]), buyer, outsideId)).toMatchObject({
      unit: 'connections',
      perSecond: 2,
    });
  });

  it('finds the workload behind a headless Service, whose pods OSM names one by one', () => {
    const mesh = {
      ...bookstoreMesh,
      workloads: [...bookstoreMesh.workloads, 'bookwarehouse/mysql'],
      services: { ...bookstoreMesh.services, 'bookwarehouse/mysql': ['bookwarehouse/mysql'] },
    };
    const pods = ['mysql-0', 'mysql-1'].map((pod) => connections(`bookwarehouse/${pod}.mysql`, 3306, 2, 2));
    const graph = graphOf(mesh, [caller(buyer, { ...pods[0], ...pods[1] })]);
    expect(graph.edges).toMatchObject([
      {
        to: 'bookwarehouse/mysql',
        service: 'bookwarehouse/mysql',
        open: 4,
        evidence: `sidecar of ${buyer}: cluster.bookwarehouse/mysql-0.mysql|…`,
      },
    ]);
  });

  it('counts connections where the protocol is no HTTP, and shows those that stay open', () => {
    const mesh = { ...bookstoreMesh, services: { 'bookwarehouse/mysql': ['bookwarehouse/bookwarehouse'] } };
    const graph = graphOf(mesh, [caller(buyer, connections('bookwarehouse/mysql', 3306, 1, 1))]);
    expect(graph.edges).toMatchObject([{ unit: 'connections', open: 1, state: 'flowing' }]);
  });

  it('leads requests to the backends of a split by its root, with the share that was counted and the one wanted', () => {
    const graph = graphOf(split, [
      caller(buyer, { ...http(v1, { total: 30, '2xx': 30 }), ...http(v2, { total: 10, '2xx': 10 }) }),
    ]);
    expect(edge(graph, buyer, root)).toMatchObject({ perSecond: 4, service: store });
    expect(edge(graph, root, store)?.share).toEqual({ now: 0.75, weight: 0.5 });
    expect(edge(graph, root, v2)?.share).toEqual({ now: 0.25, weight: 0.5 });
    expect(graph.nodes).toContainEqual({ id: root, type: 'service', service: store, isSplit: true });
  });

  it('takes the share of a backend over all callers', () => {
    const graph = graphOf(split, [
      caller(buyer, http(v1, { total: 30, '2xx': 30 })),
      caller('bookthief/bookthief', http(v2, { total: 10, '2xx': 10 })),
    ]);
    expect(edge(graph, root, store)?.share?.now).toBe(0.75);
    expect(edge(graph, root, v2)?.share?.now).toBe(0.25);
  });

  it('draws a Service of several workloads as itself', () => {
    const graph = graphOf(bookstoreMesh, [caller(buyer, http(store, { total: 10, '2xx': 10 }))]);
    expect(edge(graph, buyer, root)?.perSecond).toBe(1);
    expect(graph.nodes).toContainEqual({ id: root, type: 'service', service: store, isSplit: false });
  });
});
