import { callOf, type ExplainedCall } from '../check/explain/subject.ts';
import { taskOf } from '../session/next-step.ts';
import type { SessionState } from '../session/state.ts';
import type { ExplainSubject } from '../tui/view/explain-screen.ts';
import type { Parts } from './compose.ts';
import { spoken } from './spoken.ts';

/** Explains a call, or the one that a condition of the open task is about; undefined where there is none to explain. */
export async function explainSubject(
  { world, kinds, findings }: Pick<Parts, 'world' | 'kinds' | 'findings'>,
  state: SessionState | undefined,
  subject: ExplainSubject,
  signal: AbortSignal,
): Promise<ExplainedCall | undefined> {
  const conditions = (state && taskOf(state)?.check?.conditions) ?? [];
  const condition = 'condition' in subject ? conditions.find(({ id }) => id === subject.condition) : undefined;
  const call = 'call' in subject ? subject.call : condition && callOf(kinds, condition);
  const kube = call && (await world.kube());
  if (!call || !kube) return undefined;
  const { explainCall } = await import('../check/explain/explain-call.ts');
  return await spoken(explainCall, findings.faultTexts)(kube, call, signal, findings);
}
