import { Fault, inWords } from '../fault.ts';
import type { KubeClient } from '../kube/client.ts';
import { StatusError } from '../kube/status.ts';
import type { Findings } from '../words/en/findings.ts';
import type { CheckResult, Probe } from './check.ts';

/** What a condition wanted and found, before it is decided whether time or the learner must act. */
export interface Finding {
  expected: string;
  saw: string;
  /** Object and field: `TrafficSplit bookstore/bookstore-split, spec.backends`. */
  on?: string;
  /** One command that shows it. */
  tryThis?: string;
  /** The object, by kind and name, that is not there at all. */
  missing?: string;
}

export const passed = (saw: string): CheckResult => ({ status: 'passed', saw });
export const wrong = (finding: Finding): CheckResult => ({ status: 'wrong', ...finding });
export const notYet = ({ expected, saw, tryThis }: Finding, isStuck = false): CheckResult => ({
  status: 'not-yet',
  expected,
  saw,
  ...(tryThis === undefined ? {} : { tryThis }),
  ...(isStuck && { isStuck }),
});
export const unknown = (reason: string, tryThis?: string): CheckResult => ({
  status: 'unknown',
  reason,
  ...(tryThis === undefined ? {} : { tryThis }),
});

/** Gives the condition its cluster, or answers for it when there is none or it cannot be asked. */
export async function askCluster(probe: Probe, look: (kube: KubeClient) => Promise<CheckResult>): Promise<CheckResult> {
  const { asking } = probe.words.conditions;
  try {
    const kube = await probe.kube();
    if (kube) return await look(kube);
    const current = await probe.currentContext();
    return wrong({
      expected: asking.wantsCluster,
      saw: current === undefined ? asking.noContext : asking.otherContext(current),
      on: 'kubeconfig, current-context',
      tryThis: 'kubectl config get-contexts',
    });
  } catch (error) {
    return couldNotAsk(error, asking.cluster, 'kubectl cluster-info', probe.words);
  }
}

/** `unknown` for what the world answered or failed to answer; anything else is our bug and is thrown on. */
export function couldNotAsk(
  error: unknown,
  whom: string,
  tryThis: string,
  { conditions: { asking }, faultTexts }: Findings,
): CheckResult {
  if (error instanceof StatusError) {
    if (error.code === 401) return unknown(asking.loginRefused(whom, error.message), 'kubectl auth whoami');
    if (error.code === 403) return unknown(asking.refuses(whom, error.message), 'kubectl auth can-i --list');
    if (error.code === 429) return unknown(asking.isBusy(whom, error.status.details?.retryAfterSeconds ?? 0), tryThis);
    return unknown(asking.answersError(whom, error.message), tryThis);
  }
  if (error instanceof Fault) {
    const { message, next } = inWords(error, faultTexts);
    return unknown(message, next[0] ?? tryThis);
  }
  if (isAbort(error)) return unknown(asking.stopped);
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return unknown(asking.cannotBeAsked(whom, error.message), tryThis);
  }
  throw error;
}

const isAbort = (error: unknown) =>
  error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');

/** Something kept between looks within one task, made at the first. */
export function remembered<T>(probe: Probe, key: string, kind: new (...args: never[]) => T, make: () => T): T {
  const known = probe.memory.get(key);
  if (known instanceof kind) return known;
  const made = make();
  probe.memory.set(key, made);
  return made;
}
