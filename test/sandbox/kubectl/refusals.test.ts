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
  });
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

  const patch = (spec: string) => `patch meshconfig osm-mesh-config -n kube-system --type=merge -p '{"spec":${spec}}'`;

  it.each(versions)(
    'kubectl %s: MeshConfig’s schema refuses a text for a switch, a port that is none, a level and a range',
    async (version) => {
      const refused = async (spec: string) => (await run(version, patch(spec))).stderr;
      expect(await refused('{"traffic":{"enableEgress":"no"}}')).toBe(
        'The MeshConfig "osm-mesh-config" is invalid: spec.traffic.enableEgress: Invalid value: "string": spec.traffic.enableEgress in body must be of type boolean: "string"\n',
      );
      expect(await refused('{"traffic":{"outboundPortExclusionList":[70000]}}')).toContain(
        'spec.traffic.outboundPortExclusionList[0] in body should be less than or equal to 65535',
      );
      expect(await refused('{"sidecar":{"logLevel":"loud"}}')).toContain('Unsupported value: "loud"');
      expect(await refused('{"sidecar":{"localProxyMode":"podip"}}')).toContain('Unsupported value: "podip"');
      expect(await refused('{"traffic":{"outboundIPRangeExclusionList":["10.0.0.1"]}}')).toContain('should match');
      expect(await refused('{"certificate":{"certKeyBitSize":null}}')).toContain(
        'spec.certificate.certKeyBitSize: Required value',
      );
    },
  );

  it.each(versions)(
    'kubectl %s: a patch is said to have changed something, or nothing; the old version warns',
    async (version) => {
      expect(await run(version, patch('{"traffic":{"enableEgress":false}}'))).toMatchObject({
        code: 0,
        stdout: 'meshconfig.config.openservicemesh.io/osm-mesh-config patched\n',
      });
      expect(await run(version, patch('{"traffic":{"enableEgress":false}}'))).toMatchObject({
        stdout: 'meshconfig.config.openservicemesh.io/osm-mesh-config patched (no change)\n',
      });
      expect(await run(version, patch('{"traffic":{"enableEgress":true}}'))).toMatchObject({ code: 0 });
      const old = await run(
        version,
        'get meshconfigs.v1alpha1.config.openservicemesh.io osm-mesh-config -n kube-system',
      );
      expect(old.stderr).toBe(
        'Warning: config.openservicemesh.io/v1alpha1 MeshConfig is deprecated; use config.openservicemesh.io/v1alpha2 MeshConfig\n',
      );
      expect(old.stdout).toMatch(/^NAME +AGE\nosm-mesh-config +\S+\n$/);
    },
  );
});
