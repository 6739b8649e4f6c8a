import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubectlVersion } from '../../tools/kubectl.ts';
import { ProgramsOnCluster } from './side-by-side.ts';

const versions: readonly KubectlVersion[] = ['1.28', '1.32', '1.36'];
const file = (name: string) => join('files', name);

/** What the mesh's schemas and its validator refuse, as each kubectl says it. */
describe('an object that the mesh cannot use is refused through real kubectl', () => {
  let programs: ProgramsOnCluster;
  const run = (version: KubectlVersion, line: string) => programs.run(version, line);
  beforeAll(async () => {
    programs = await ProgramsOnCluster.start([]);
    for (const line of [
      'create namespace shop',
      'label namespace shop openservicemesh.io/monitored-by=osm',
      'create namespace outside',
    ])
      expect(await run('1.36', line), line).toMatchObject({ code: 0 });
  }, 60_000);
  afterAll(() => programs.close());

  it.each(versions)('kubectl %s: a weight of 500m is no number', async (version) => {
    expect(await run(version, `apply -f ${file('split500m.yaml')} -n shop`)).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'The TrafficSplit "s" is invalid: spec.backends[0].weight: Invalid value: "string": spec.backends[0].weight in body must be of type number: "string"\n',
    });
    expect((await run(version, 'get trafficsplit s -n shop')).stderr).toContain('(NotFound)');
  });

  it.each(versions)('kubectl %s: a TrafficTarget belongs into the namespace of its destination', async (version) => {
    const refused = await run(version, `apply -f ${file('tt.yaml')} -n shop`);
    expect(refused).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'Error from server: error when creating "files/tt.yaml": admission webhook "osm-validator.k8s.io" denied the request: The traffic target namespace (shop) must match spec.Destination.Namespace (elsewhere)\n',
    });
    expect((await run(version, 'get traffictarget t -n shop')).stderr).toContain('(NotFound)');
  });

  it('lets the same TrafficTarget pass where the mesh does not look', async () => {
    expect(await run('1.36', `apply -f ${file('tt.yaml')} -n outside`)).toMatchObject({
      code: 0,
      stdout: 'traffictarget.access.smi-spec.io/t created\n',
    });
  });
});
