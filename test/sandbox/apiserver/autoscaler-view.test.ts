import { beforeEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/kube/objects.ts';
import type { ServedResource } from '../../../src/sandbox/apiserver/served-resource.ts';
import { admin, type TestApi, testApi } from './api-fixture.ts';

/** k9s' pulses and the `kubectl autoscale` of before 1.33 ask for this version and for no other. */
const [old, current] = ['autoscaling/v1/horizontalpodautoscalers', 'autoscaling/v2/horizontalpodautoscalers'] as const;
let api: TestApi;
beforeEach(async () => {
  api = await testApi();
});

const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const metric = (name: string, averageUtilization: number) => ({
  type: 'Resource',
  resource: { name, target: { type: 'Utilization', averageUtilization } },
});
const read = (path: string) => api.requests.get(api.at(path, 'web'), {}).object as KubeObject;

describe('a HorizontalPodAutoscaler of autoscaling/v1', () => {
  it('is one of v2 with a metric of the processor', async () => {
    const spec = { scaleTargetRef, minReplicas: 1, maxReplicas: 3, targetCPUUtilizationPercentage: 50 };
    const made = await api.post(old, { metadata: { name: 'web' }, spec });
    expect(made).toMatchObject({ apiVersion: 'autoscaling/v1', spec });
    expect(read(current)).toMatchObject({
      apiVersion: 'autoscaling/v2',
      spec: { scaleTargetRef, minReplicas: 1, maxReplicas: 3, metrics: [metric('cpu', 50)] },
    });
    expect(read(current)['spec']).not.toHaveProperty('targetCPUUtilizationPercentage');
  });

  it('carries what v1 has no field for in annotations, and back', async () => {
    const spec = { scaleTargetRef, maxReplicas: 5, metrics: [metric('cpu', 80), metric('memory', 70)] };
    await api.post(current, { metadata: { name: 'web', annotations: { mine: 'kept' } }, spec });
    const shown = read(old);
    expect(shown['spec']).toEqual({ scaleTargetRef, maxReplicas: 5, targetCPUUtilizationPercentage: 80 });
    expect(shown.metadata.annotations).toEqual({
      mine: 'kept',
      'autoscaling.alpha.kubernetes.io/metrics':
        '[{"type":"Resource","resource":{"name":"memory","targetAverageUtilization":70}}]',
    });
    await api.patch(old, 'web', 'merge', { spec: { maxReplicas: 6 } });
    expect(read(current)).toMatchObject({ spec: { ...spec, maxReplicas: 6 } });
    expect(read(current).metadata.annotations).toEqual({ mine: 'kept' });
  });

  it('keeps its status, whichever version is written', async () => {
    await api.post(current, { metadata: { name: 'web' }, spec: { scaleTargetRef, maxReplicas: 5 } });
    const condition = { type: 'AbleToScale', status: 'True', reason: 'ReadyForNewScale', message: '' };
    const status = { currentReplicas: 2, desiredReplicas: 2, conditions: [condition] };
    const body = { type: 'json', text: JSON.stringify({ ...read(current), status }) } as const;
    await api.requests.update(api.at(current, 'web', 'status'), body, {}, admin);
    await api.patch(old, 'web', 'merge', { spec: { maxReplicas: 7 } });
    expect(read(current)).toMatchObject({ spec: { maxReplicas: 7 }, status });
    await api.requests.update(
      api.at(old, 'web', 'status'),
      { type: 'json', text: JSON.stringify({ ...read(old), status: { currentReplicas: 3, desiredReplicas: 3 } }) },
      {},
      admin,
    );
    expect(read(current)['status']).toEqual({ currentReplicas: 3, desiredReplicas: 3, conditions: [condition] });
  });

  it('is discovered behind v2, which clients prefer', () => {
    const versions = api.requests
      .resources()
      .filter(({ group }: ServedResource) => group === 'autoscaling')
      .map(({ version }) => version);
    expect(versions.sort()).toEqual(['v1', 'v2']);
  });
});
