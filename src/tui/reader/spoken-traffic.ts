import type { TrafficEdge, TrafficGraph } from '../../check/traffic/graph.ts';
import { nodeTitle, rateWords, resultWords, shareWords } from '../view/traffic/edge-words.ts';

/** The traffic map in sentences: one per call. */
export function spokenTraffic(graph: TrafficGraph | undefined): string[] {
  if (!graph) return ['The sidecars have not been looked at yet.'];
  const titles = new Map(graph.nodes.map((node) => [node.id, nodeTitle(node)]));
  const title = (id: string) => titles.get(id) ?? id;
  const unheard = graph.unheard.map((pod) => `No answer from the sidecar of ${pod}.`);
  if (graph.edges.length === 0) return ['Nobody calls anybody yet.', ...unheard];
  return [...graph.edges.map((edge) => spokenEdge(edge, title)), ...unheard];
}

function spokenEdge(edge: TrafficEdge, title: (id: string) => string): string {
  const share = shareWords(edge);
  const protection = edge.isSecured ? 'mutual TLS' : 'no mutual TLS counted';
  const result = edge.state === 'idle' ? 'idle' : `${rateWords(edge)}, ${resultWords(edge) || 'all answered'}`;
  const details = [result, share && `share ${share}`, protection].filter(Boolean).join('; ');
  return `${title(edge.from)} calls ${title(edge.to)}: ${details}.`;
}
