import { beforeAll, describe, expect, it } from 'vitest';
import { refusal, type TestApi, testApi } from './api-fixture.ts';

/** k9s' pulses and workloads end at the first kind that is not served; so does `kubectl apply --prune` without a list. */
const kinds = [
  'apps/v1/daemonsets',
  'batch/v1/jobs',
  'batch/v1/cronjobs',
  'networking.k8s.io/v1/ingresses',
  'networking.k8s.io/v1/networkpolicies',
  'v1/persistentvolumes',
  'v1/replicationcontrollers',
];
let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});

describe('kinds for which nothing here would act', () => {
  it.each(kinds)('%s are listed, and there are none', (kind) => {
    expect(api.requests.list(api.at(kind), {}).object.items).toEqual([]);
  });

  it.each(kinds)('one of %s is refused with the reason, and not stored without effect', async (kind) => {
    const error = await refusal(api.post(kind, { metadata: { name: 'mine' } }));
    expect(error.code).toBe(403);
    expect(error.message).toMatch(/ "mine" is forbidden: (the|nothing in the) sandbox /);
    expect(api.requests.list(api.at(kind), {}).object.items).toEqual([]);
  });
});
