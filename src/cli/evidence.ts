import type { CheckKind, CheckResult, Probe } from '../check/check.ts';
import { runCheck } from '../check/run-check.ts';
import type { Clock } from '../platform/clock.ts';
import type { LookRequest } from '../session/ports.ts';
import type { Findings } from '../words/en/findings.ts';
import type { World } from '../world/world.ts';

/** Ties checks to a world: what they may see. */

/** While somebody waits, what needs only a moment is waited for. */
const patienceMs = 2_500;
const mostBodyBytes = 1_000_000;

/** Where is looked, and in which words what is seen is said. */
export interface Lookout {
  world: Pick<World, 'kube' | 'azure' | 'describe'>;
  clock: Clock;
  findings: Findings;
}

export async function lookAt(
  lookout: Lookout & { kinds: readonly CheckKind[] },
  request: LookRequest,
  report: (condition: string, result: CheckResult) => void,
): Promise<void> {
  const { since, answers, signal } = request;
  await runCheck({
    conditions: request.check.conditions,
    kinds: lookout.kinds,
    probe: { ...probeOf(lookout, { since, answers, signal }), beside: () => request.beside() },
    memory: request.memory,
    patienceMs: request.patient ? patienceMs : 0,
    onWorldChange: request.onWorldChange,
    onResult: report,
  });
}

export function probeOf(
  { world, clock, findings }: Lookout,
  about: Pick<Probe, 'since' | 'answers' | 'signal'>,
): Omit<Probe, 'memory'> {
  return {
    ...about,
    clock,
    words: findings,
    kube: () => world.kube(),
    azure: () => world.azure(),
    currentContext: async () => (await world.describe()).context,
    async httpGet(url, signal) {
      const response = await fetch(url, { signal, redirect: 'manual' });
      return { status: response.status, body: await bodyOf(response) };
    },
  };
}

/** Whatever answers on a forwarded port may be anything; more than this is no page of ours. */
async function bodyOf(response: Response): Promise<string> {
  let body = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    body += decoder.decode(chunk, { stream: true });
    if (body.length > mostBodyBytes) break;
  }
  return body;
}
