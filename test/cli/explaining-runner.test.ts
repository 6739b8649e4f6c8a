import { describe, expect, it } from 'vitest';
import { explainingRunner, explanationOf } from '../../src/cli/explaining-runner.ts';
import type { RunEnd } from '../../src/platform/run-end.ts';
import type { CommandRunner } from '../../src/session/ports.ts';
import { findings as german } from '../../src/words/de/findings.ts';
import { faultTexts } from '../../src/words/en/fault-texts.ts';

const refused = 'ERROR: (AuthorizationFailed) No.\nCode: AuthorizationFailed\nMessage: No.\n';

/** A shell in which every command prints this and ends so. */
function shellThat(prints: string, end: RunEnd): CommandRunner {
  const run: CommandRunner['run'] = (_, onText) => {
    // As a pipe cuts it.
    onText(prints.slice(0, 20));
    onText(prints.slice(20));
    return { ended: Promise.resolve(end), interrupt() {}, kill() {} };
  };
  return { run, runBeside: run, runInteractive: async () => end };
}

/** What is told beside the command's own output. */
async function toldBy(script: string, prints: string, code: number): Promise<{ told: string[]; output: string }> {
  const told: string[] = [];
  let output = '';
  const runner = explainingRunner(shellThat(prints, { type: 'exited', code }), faultTexts, (line) => told.push(line));
  const request = { script, timeoutMs: 1_000, firstFailure: false };
  await runner.run(request, (text) => {
    output += text;
  }).ended;
  await new Promise((resolve) => setImmediate(resolve));
  return { told, output };
}

describe('a failed az', () => {
  it('is explained beside its output, which stays as it was', async () => {
    expect(await toldBy('az group create -n rg', refused, 1)).toEqual({
      told: [
        'Your login may not do that in this subscription. Ask its owner for the role Contributor, on the resource group at least.',
      ],
      output: refused,
    });
  });

  it.each([
    ['a command that went well', 'az aks show', refused, 0],
    ['another program', 'kubectl get pods', refused, 1],
    ['a program whose name only ends so', 'quiz az', 'Wrong.', 1],
    ['a mistake in the command line', 'az group create --nam rg', 'ERROR: unrecognized arguments', 2],
  ])('leaves alone %s', async (_, script, prints, code) => {
    expect((await toldBy(script, prints, code)).told).toEqual([]);
  });

  it('is found in a loop', async () => {
    const script = 'for n in a b; do az group create -n "$n"; done';
    expect((await toldBy(script, refused, 1)).told).toHaveLength(1);
  });

  it('is explained in the reader’s language', () => {
    expect(explanationOf(refused, german.faultTexts)).toMatch(
      /^Deine Anmeldung darf das in dieser Subscription nicht\./,
    );
  });
});
