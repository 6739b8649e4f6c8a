import { type FaultTexts, inWords } from '../fault.ts';
import type { CommandRunner } from '../session/ports.ts';
import { explainAzOutput } from '../world/aks/failures.ts';

/**
 * A learner's `az` that failed prints what Azure said; what that means, and what to type next, is told beside it. Reads
 * along and changes nothing: the output stays az's own.
 */
const tailLength = 16_384;
const namesAz = /(?:^|[\s;&|(])az\s/;

export function explainingRunner(
  runner: CommandRunner,
  texts: FaultTexts,
  tell: (sentence: string) => void,
): CommandRunner {
  return {
    run(request, onText) {
      if (!namesAz.test(request.script)) return runner.run(request, onText);
      let tail = '';
      const command = runner.run(request, (text) => {
        tail = (tail + text).slice(-tailLength);
        onText(text);
      });
      void command.ended.then((end) => {
        if (end.type !== 'exited' || end.code === 0) return;
        const sentence = explanationOf(tail, texts);
        // Whoever waits for the end hears of it first: what is told then stays.
        if (sentence !== undefined) setImmediate(() => tell(sentence));
      });
      return command;
    },
    runBeside: (request, onText) => runner.runBeside(request, onText),
    runInteractive: (request) => runner.runInteractive(request),
  };
}

/** What it means and the first thing to do; Azure's own sentence stands above it already. */
export function explanationOf(output: string, texts: FaultTexts): string | undefined {
  const fault = explainAzOutput(output);
  if (!fault) return undefined;
  const { what, next } = inWords(fault, texts);
  return [what, ...next.slice(0, 1)].join(' ');
}
