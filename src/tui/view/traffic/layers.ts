/** Columns of a drawing from left to right: callers before whom they call. Pure. */
export interface Layered<N, E> {
  layers: readonly (readonly N[])[];
  /** Edges as drawn: a circle's last call goes backwards and is in `back`. */
  forward: readonly E[];
  back: readonly E[];
}

export interface Node {
  id: string;
}

export interface Edge {
  from: string;
  to: string;
}

export interface Graph<N extends Node, E extends Edge> {
  nodes: readonly N[];
  edges: readonly E[];
}

/** Edges that close a circle, by depth-first search in the order of the nodes. */
function backEdges<N extends Node, E extends Edge>({ nodes, edges }: Graph<N, E>): Set<E> {
  const back = new Set<E>();
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
function depths(nodes: readonly Node[], edges: readonly Edge[]): Map<string, number> {
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
export function layered<N extends Node, E extends Edge>(graph: Graph<N, E>): Layered<N, E> {
  const back = backEdges(graph);
  const forward = graph.edges.filter((edge) => !back.has(edge));
  const used = graph.nodes.filter(({ id }) => graph.edges.some(({ from, to }) => from === id || to === id));
  const depth = depths(used, forward);
  const layers: N[][] = [];
  for (let level = 0; level <= Math.max(-1, ...used.map(({ id }) => depth.get(id) ?? 0)); level += 1) {
    const members = used.filter(({ id }) => depth.get(id) === level);
    const places = new Map(layers.flat().map((node) => [node.id, layers.flat().indexOf(node)]));
    const middle = ({ id }: Node): number => {
      const callers = forward.filter(({ to }) => to === id).map(({ from }) => places.get(from) ?? 0);
      return callers.length > 0 ? callers.reduce((sum, each) => sum + each, 0) / callers.length : 0;
    };
    layers.push([...members].sort((a, b) => middle(a) - middle(b) || a.id.localeCompare(b.id)));
  }
  return { layers, forward, back: [...back] };
}
