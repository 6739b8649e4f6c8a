import type { CheckKind } from '../check.ts';
import type { NamespacedName } from '../spec-fields.ts';
import type { Explanation, Question } from './chain.ts';

/** What a learner may want explained, and what comes of it. Plain data. */

/** Who calls, a Deployment, StatefulSet or pod, and which Service. */
export interface Call {
  from: NamespacedName;
  to: NamespacedName;
}

export interface ExplainedCall {
  question: Question;
  /** Whether the request was seen in the caller's access log; else a GET of / stands for all. */
  isSeen: boolean;
  explanation: Explanation;
}

export const callName = ({ from, to }: Call): string => `${from.namespace}/${from.name} ${to.namespace}/${to.name}`;

export function namespacedName(text: string): NamespacedName | undefined {
  const [namespace = '', name = '', ...rest] = text.split('/');
  return namespace === '' || name === '' || rest.length > 0 ? undefined : { namespace, name };
}

/** The call that a condition is about; undefined for those that look at no traffic. */
export const callOf = (kinds: readonly CheckKind[], condition: { kind: string; spec: unknown }): Call | undefined =>
  kinds.find(({ kind }) => kind === condition.kind)?.call?.(condition.spec);
