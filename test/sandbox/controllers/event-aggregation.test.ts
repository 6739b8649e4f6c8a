import { afterEach, beforeEach, expect, it } from 'vitest';
import { coreEvents, namespaces, pods } from '../../../src/kube/resources.ts';
import { EventRecorder } from '../../../src/sandbox/controllers/event-recorder.ts';
import { podOf, type TestApi, testApi } from '../apiserver/api-fixture.ts';

let api: TestApi;
let events: EventRecorder;
beforeEach(async () => {
  api = await testApi();
  await api.cluster.create(namespaces, { metadata: { name: 'default' } });
  events = new EventRecorder(api.cluster, api.clock);
});
afterEach(() => events.close());

const source = { component: 'kubelet', host: 'node-a' };
const warn = async (message: string, reason = 'Unhealthy') => {
  events.warning(source, { ref: pods, object: podOf('web') }, reason, message);
  await events.idle();
};
const recorded = () =>
  api.cluster.list(coreEvents).map(({ message, count, firstTimestamp, lastTimestamp }) => ({
    message,
    count,
    seconds: (Date.parse(lastTimestamp ?? '') - Date.parse(firstTimestamp ?? '')) / 1000,
  }));

it('an event that repeats is counted, and keeps when it was first', async () => {
  for (let time = 0; time < 5; time += 1) {
    await warn('Readiness probe failed: connection refused');
    await api.clock.step(10_000);
  }
  expect(recorded()).toEqual([{ message: 'Readiness probe failed: connection refused', count: 5, seconds: 40 }]);
});

it('from the tenth different message on, like events are one, which shows the last', async () => {
  for (let attempt = 1; attempt <= 12; attempt += 1) await warn(`attempt ${attempt}`);
  const all = recorded();
  expect(all).toHaveLength(10);
  expect(all.at(-1)).toEqual({ message: '(combined from similar events): attempt 12', count: 3, seconds: 0 });
  await warn('attempt 1', 'BackOff');
  expect(recorded().at(-1)).toMatchObject({ message: 'attempt 1', count: 1 });
});

it('after ten quiet minutes like events stand for themselves again', async () => {
  for (let attempt = 1; attempt <= 9; attempt += 1) await warn(`attempt ${attempt}`);
  await api.clock.step(600_001);
  await warn('attempt 10');
  expect(recorded().map(({ message }) => message)).toContain('attempt 10');
});
