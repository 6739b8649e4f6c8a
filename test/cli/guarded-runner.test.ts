import { expect, it } from 'vitest';
import { guardedRunner } from '../../src/cli/guarded-runner.ts';
import { faultOf } from '../../src/fault.ts';
import type { RunEnd } from '../../src/platform/run-end.ts';
import type { CommandRunner } from '../../src/session/ports.ts';
import { faultTexts } from '../../src/words/en/fault-texts.ts';

const exited: RunEnd = { type: 'exited', code: 0 };
const elsewhere = faultOf('aks.other-context', 'shop-prod', 'https://shop.example:443', 'meshwalk-aks', 'meshwalk-rg');

/** A shell that notes what it ran, behind a guard that finds the same each time. */
function shellBehindGuard(astray: () => Promise<typeof elsewhere | undefined>) {
  const ran: string[] = [];
  const run: CommandRunner['run'] = ({ script }) => {
    ran.push(script);
    return { ended: Promise.resolve(exited), interrupt() {}, kill() {} };
  };
  const runInteractive: CommandRunner['runInteractive'] = async ({ script }) => {
    ran.push(script);
    return exited;
  };
  const runner = guardedRunner({ run, runBeside: run, runInteractive }, astray, faultTexts);
  return { ran, runner };
}

const request = (script: string) => ({ script, timeoutMs: 1_000, firstFailure: false });

it.each([
  'kubectl apply -f manifests/bookstore.yaml',
  'osm namespace add bookstore',
  'for n in a b; do kubectl delete namespace "$n"; done',
  'kubectl get namespaces -o name | xargs kubectl delete',
  'kubectl -n bookstore scale deployment bookstore --replicas=0',
  'echo "$(kubectl run curl --image=curl)"',
])('where another context is current, this is not run, and the learner reads why: %s', async (script) => {
  const { ran, runner } = shellBehindGuard(async () => elsewhere);
  const ends = [
    await runner.run(request(script), () => {}).ended,
    await runner.runBeside(request(script), () => {}).ended,
    await runner.runInteractive(request(script)),
  ];
  for (const end of ends)
    expect(end).toEqual({
      type: 'not-started',
      reason: expect.stringMatching(/shop-prod.*https:\/\/shop\.example:443.*kubectl config use-context meshwalk-aks/s),
    });
  expect(ran).toEqual([]);
});

it.each([
  'kubectl config use-context meshwalk-aks',
  'kubectl config get-contexts',
  'kubectl version --client',
  'kubectl -n bookstore get pods; osm mesh list',
  'kubectl --context kind-mine get pods',
  'az aks get-credentials -g meshwalk-rg -n meshwalk-aks && kubectl get nodes',
  'az group list',
  'cat kubectl.md',
])('what only looks, goes to no cluster, or says to which, is run all the same: %s', async (script) => {
  const { ran, runner } = shellBehindGuard(async () => elsewhere);
  expect(await runner.run(request(script), () => {}).ended).toEqual(exited);
  expect(ran).toEqual([script]);
});

it('where the lesson’s context is current, everything is run', async () => {
  const { ran, runner } = shellBehindGuard(async () => undefined);
  expect(await runner.run(request('kubectl delete pods --all'), () => {}).ended).toEqual(exited);
  expect(ran).toEqual(['kubectl delete pods --all']);
});

it('a command that is stopped before it was found to be safe is never run', async () => {
  const { ran, runner } = shellBehindGuard(async () => undefined);
  const command = runner.run(request('kubectl delete pods --all'), () => {});
  command.kill();
  expect(await command.ended).toEqual({ type: 'cancelled' });
  expect(ran).toEqual([]);
});
