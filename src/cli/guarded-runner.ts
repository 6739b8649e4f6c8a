import { Fault, type FaultTexts, inWords } from '../fault.ts';
import type { RunEnd } from '../platform/run-end.ts';
import type { CommandRunner, RunningCommand } from '../session/ports.ts';

/**
 * Keeps commands that change something from a cluster that is not the lesson's: where they follow the current context of a kubeconfig that the
 * learner shares with other work, somebody may have switched it since the card was shown. Knows no world and runs nothing
 * itself; a shell that the learner types in is theirs.
 */
export function guardedRunner(
  runner: CommandRunner,
  astray: () => Promise<Fault | undefined>,
  texts: FaultTexts,
): CommandRunner {
  const refusal = async (script: string): Promise<RunEnd | undefined> => {
    if (!followsContext(script)) return undefined;
    const fault = await astray().catch((error: unknown) => {
      if (error instanceof Fault) return error;
      throw error;
    });
    return fault && { type: 'not-started', reason: sentencesOf(fault, texts) };
  };
  return {
    run: (request, onText) => startedLater(refusal(request.script), () => runner.run(request, onText)),
    runBeside: (request, onText) => startedLater(refusal(request.script), () => runner.runBeside(request, onText)),
    runInteractive: async (request) => (await refusal(request.script)) ?? runner.runInteractive(request),
  };
}

/** What only looks may look anywhere: it is by looking that one finds out where one is. */
const reading = {
  kubectl:
    'api-resources|api-versions|auth\\s+(?:can-i|whoami)|cluster-info|completion|config|describe|diff|events|explain|get|help|logs|options|top|version|wait',
  osm: 'completion|env|help|mesh\\s+list|namespace\\s+list|policy|proxy\\s+get|support|verify|version',
  helm: 'completion|env|get|help|history|list|search|show|status|template|version',
};
const changing = Object.entries(reading).map(([program, verbs]) => {
  const first = '(?:\\s+-n\\s+\\S+)?\\s+';
  return new RegExp(`(?<![\\w./-])${program}(?![\\w.-])(?!${first}(?:${verbs})(?![\\w-]))`);
});
/** Says itself where it goes, or sets that right first. */
const namesContext = /--(?:kube-?)?context\b|--kubeconfig\b|\buse-context\b|\bget-credentials\b/;

const followsContext = (script: string): boolean =>
  changing.some((program) => program.test(script)) && !namesContext.test(script);

function sentencesOf(fault: Fault, texts: FaultTexts): string {
  const { what, why, next } = inWords(fault, texts);
  return [what, why, ...next.slice(0, 1)].filter((part) => part !== undefined).join(' ');
}

/** One that is stopped while it is still being asked about is never started. */
function startedLater(refused: Promise<RunEnd | undefined>, start: () => RunningCommand): RunningCommand {
  let command: RunningCommand | undefined;
  let isStopped = false;
  const stop = (how: 'interrupt' | 'kill') => () => {
    if (command) command[how]();
    else isStopped = true;
  };
  const ended = refused.then((refusal): RunEnd | Promise<RunEnd> => {
    if (refusal) return refusal;
    if (isStopped) return { type: 'cancelled' };
    command = start();
    return command.ended;
  });
  return { ended, interrupt: stop('interrupt'), kill: stop('kill') };
}
