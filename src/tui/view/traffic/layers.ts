import type { TrafficEdge, TrafficGraph, TrafficNode } from '../../../check/traffic/graph.ts';

/** Columns of a drawing from left to right: callers before whom they call. Pure. */
export interface Layered {
  layers: readonly (readonly TrafficNode[])[];
  /** Edges as drawn: a circle's last call goes backwards and is in `back`. */
  forward: readonly TrafficEdge[];
  back: readonly TrafficEdge[];
}

/** Edges that close a circle, by depth-first search in the order of the nodes. */
function backEdges({ nodes, edges }: TrafficGraph): Set<TrafficEdge> {
  const back = new Set<TrafficEdge>();
  const done = new Set<string>();
  const open = new Set<string>();
  const visit = (id: string): void => {
    open.add(id);
    for (const edge of edges) {
      if (edge.from !== id) continue;
      if (open.has(edge.to)) back.add(edge);
      else if (!done.has(edge.to)) visit(edge.to);
    }
    open.delete(id);
    done.add(id);
  };
  for (const { id } of nodes) if (!done.has(id) && !edges.some(({ to }) => to === id)) visit(id);
  for (const { id } of nodes) if (!done.has(id)) visit(id);
  return back;
}

/** The longest way from a caller that nobody calls. */
function depths(nodes: readonly TrafficNode[], edges: readonly TrafficEdge[]): Map<string, number> {
  const depth = new Map(nodes.map(({ id }) => [id, 0]));
  for (let round = 0; round < nodes.length; round += 1) {
    let isSettled = true;
    for (const { from, to } of edges) {
      const wanted = (depth.get(from) ?? 0) + 1;
      if (wanted > (depth.get(to) ?? 0)) {
        depth.set(to, wanted);
        isSettled = false;
      }
    }
    if (isSettled) break;
  }
  return depth;
}

/** Each layer in the order of the middle of its callers, so that few lines cross. */
export function layered(graph: TrafficGraph): Layered {
  const back = backEdges(graph);
  const forward = graph.edges.filter((edge) => !back.has(edge));
  const used = graph.nodes.filter(({ id }) => graph.edges.some(({ from, to }) => from === id || to === id));
  const depth = depths(used, forward);
  const layers: TrafficNode[][] = [];
  for (let level = 0; level <= Math.max(-1, ...used.map(({ id }) => depth.get(id) ?? 0)); level += 1) {
    const members = used.filter(({ id }) => depth.get(id) === level);
    const places = new Map(layers.flat().map((node) => [node.id, layers.flat().indexOf(node)]));
    const middle = ({ id }: TrafficNode): number => {
      const callers = forward.filter(({ to }) => to === id).map(({ from }) => places.get(from) ?? 0);
      return callers.length > 0 ? callers.reduce((sum, each) => sum + each, 0) / callers.length : 0;
    };
    layers.push([...members].sort((a, b) => middle(a) - middle(b) || a.id.localeCompare(b.id)));
  }
  return { layers, forward, back: [...back] };
}
