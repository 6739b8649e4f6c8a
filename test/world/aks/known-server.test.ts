import { expect, it } from 'vitest';
import { SteppedClock } from '../../../src/platform/clock.ts';
import { KnownServer } from '../../../src/world/aks/known-server.ts';

/** An Azure that answers in turn. */
function azureSaying(...answers: (string | undefined | Error)[]) {
  let asked = 0;
  const ask = async (): Promise<string | undefined> => {
    const answer = answers[asked];
    asked += 1;
    if (answer instanceof Error) throw answer;
    return answer === 'silence' ? new Promise(() => {}) : answer;
  };
  return { ask, times: () => asked };
}

it('asks once for each kubeconfig and every few minutes, however many look', async () => {
  const time = new SteppedClock();
  const azure = azureSaying('https://a', 'https://a', 'https://b');
  const known = new KnownServer(time, azure.ask);
  const both = await Promise.all([known.look('one'), known.look('one')]);
  expect(both).toEqual([{ server: 'https://a' }, { server: 'https://a' }]);
  expect(azure.times()).toBe(1);
  await known.look('two');
  expect(azure.times()).toBe(2);
  await time.step(299_000);
  await known.look('two');
  expect(azure.times()).toBe(2);
  await time.step(1_000);
  expect(await known.look('two')).toEqual({ server: 'https://b' });
});

it('asks sooner again where there is no cluster yet, and where Azure did not say', async () => {
  const time = new SteppedClock();
  const azure = azureSaying(undefined, new Error('away'), 'https://a');
  const known = new KnownServer(time, azure.ask);
  expect(await known.look('one')).toEqual({ server: undefined });
  await time.step(5_000);
  expect(await known.look('one')).toBeUndefined();
  await time.step(5_000);
  expect(await known.look('one')).toEqual({ server: 'https://a' });
});

it('keeps nobody waiting for an Azure that is silent', async () => {
  const time = new SteppedClock();
  const known = new KnownServer(time, azureSaying('silence').ask);
  const look = known.look('one');
  await time.step(5_000);
  expect(await look).toBeUndefined();
});
