import { expect, it } from 'vitest';
import { createOpenApi } from '../../../src/sandbox/apiserver/openapi.ts';
import { testApi } from './api-fixture.ts';

it('OpenAPI tells clients how lists merge, as the server merges them itself', async () => {
  const { requests } = await testApi();
  const document = createOpenApi(requests).document('apis/apps/v1');
  const { schemas } = JSON.parse(String(document?.body)).components;
  const podSpec = schemas['io.k8s.v1.PodSpec'].properties;
  expect(podSpec.containers).toMatchObject({
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    'x-kubernetes-patch-merge-key': 'name',
    'x-kubernetes-patch-strategy': 'merge',
  });
  expect(podSpec.volumes['x-kubernetes-patch-strategy']).toBe('merge,retainKeys');
  expect(podSpec.tolerations).toMatchObject({ 'x-kubernetes-list-type': 'atomic' });
  expect(schemas['io.k8s.v1.ObjectMeta'].properties.finalizers['x-kubernetes-list-type']).toBe('set');
  expect(schemas['io.k8s.v1.DeploymentSpec'].properties.strategy).toMatchObject({
    allOf: [{ $ref: '#/components/schemas/io.k8s.v1.DeploymentStrategy' }],
    'x-kubernetes-patch-strategy': 'retainKeys',
  });
  // What no rule is about says nothing.
  expect(Object.keys(podSpec.hostname)).not.toContain('x-kubernetes-list-type');
});
