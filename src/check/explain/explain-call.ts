import type { KubeClient } from '../../kube/client.ts';
import type { Findings } from '../../words/en/findings.ts';
import type { Question } from './chain.ts';
import { gatherEvidence } from './evidence.ts';
import { explain } from './explain.ts';
import { lastRequest } from './last-request.ts';
import type { Call, ExplainedCall } from './subject.ts';

/** Explains what one workload's requests to a Service end as, by the request that it made last. */
export async function explainCall(
  kube: KubeClient,
  { from, to }: Call,
  signal: AbortSignal,
  words: Findings,
): Promise<ExplainedCall> {
  const evidence = await gatherEvidence(kube, from, to, signal);
  const seen = await lastRequest(kube, evidence.client.pod, to);
  signal.throwIfAborted();
  const question: Question = { from, to, port: undefined, method: 'GET', path: '/', headers: {}, ...seen };
  return { question, isSeen: seen !== undefined, explanation: explain(question, evidence, words) };
}
