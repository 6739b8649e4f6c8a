import { Fault } from '../fault.ts';
import { StatusError } from '../kube/status.ts';
import type { Clock } from '../platform/clock.ts';
import type { LearnerShell } from '../platform/learner-shell.ts';
import type { Foresight } from '../world/foresight/foresight.ts';
import type { World } from '../world/world.ts';

/** Knits the foresight of commands to the learner's shell and world. Loaded when the first card asks for it. */
const longestRunMs = 8_000;

export function foreseer(
  world: World,
  shell: LearnerShell,
  clock: Clock,
): (script: string, signal: AbortSignal) => Promise<Foresight> {
  const run = async (script: string, signal: AbortSignal) => {
    let output = '';
    const request = { script, timeoutMs: longestRunMs };
    const running = shell.runBeside(request, (text) => {
      output += text;
    });
    const stop = () => running.kill();
    signal.addEventListener('abort', stop, { once: true });
    const end = await running.ended;
    signal.removeEventListener('abort', stop);
    return { output, code: end.type === 'exited' ? end.code : undefined };
  };
  return async (script, signal) => {
    const { foresee } = await import('../world/foresight/foresee.ts');
    const ports = {
      run,
      kube: () => world.kube(),
      now: () => new Date(clock.now()).toISOString().replace(/\.\d+/, ''),
    };
    try {
      return await foresee(script, ports, signal);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      throw new Fault('foresight.refused', { what: error.message, next: [], cause: error });
    }
  };
}
