import type { TrafficEdge, TrafficGraph } from '../../../check/traffic/graph.ts';
import type { Words } from '../../../words/en.ts';
import { nodeTitle, rateWords, resultWords, shareWords } from './edge-words.ts';

/** The traffic map in sentences, one per call: for those who listen, and where nothing shall move. */
export function trafficSentences(graph: TrafficGraph | undefined, words: Words): string[] {
  const { reader } = words;
  if (!graph) return [reader.neverLooked];
  const titles = new Map(graph.nodes.map((node) => [node.id, nodeTitle(node)]));
  const title = (id: string) => titles.get(id) ?? id;
  const unheard = graph.unheard.map(reader.unheard);
  if (graph.edges.length === 0) return [reader.nobodyCalls, ...unheard];
  return [...graph.edges.map((edge) => spokenEdge(edge, title, words)), ...unheard];
}

function spokenEdge(edge: TrafficEdge, title: (id: string) => string, words: Words): string {
  const { reader, traffic } = words;
  const share = shareWords(edge, words);
  const protection = edge.isSecured ? reader.mutualTls : reader.noMutualTls;
  const went = `${rateWords(edge, words)}, ${resultWords(edge, words) || reader.allAnswered}`;
  const result = edge.state === 'idle' ? traffic.idle : went;
  const details = [result, share && reader.share(share), protection].filter(Boolean).join('; ');
  return reader.calls(title(edge.from), title(edge.to), details);
}
