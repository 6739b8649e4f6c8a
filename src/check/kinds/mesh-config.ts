import { askCluster, passed, wrong } from '../answers.ts';
import type { CheckKind } from '../check.ts';
import { type Expectation, expectationFields, isMet, readExpectation, show, wordsFor } from '../expectation.ts';
import { type FieldPath, parseFieldPath, valueAt } from '../field-path.ts';
import { meshConfigs } from '../resource-table.ts';
import { SpecFields } from '../spec-fields.ts';

interface Spec {
  path: FieldPath;
  pathText: string;
  expectation: Expectation;
}

const fields = {
  path: { description: 'the setting: spec.traffic.enablePermissiveTrafficPolicyMode', required: true },
  ...expectationFields,
};

// The name is fixed in OSM 1.2; the namespace is osm-system, or kube-system on AKS.
const name = 'osm-mesh-config';

export const meshConfig: CheckKind<Spec> = {
  kind: 'mesh-config',
  temper: 'level',
  summary: "A setting of the mesh's MeshConfig, wherever the mesh is installed.",
  fields,
  parse(raw) {
    const spec = new SpecFields(raw, fields);
    const pathText = spec.text('path');
    return { path: parseFieldPath(pathText, 'path'), pathText, expectation: readExpectation(spec) };
  },
  describe: (spec) => `MeshConfig has ${spec.pathText} = ${wordsFor(spec.expectation)}`,
  verify: (spec, probe) =>
    askCluster(probe, async (kube) => {
      const found = (await kube.list(meshConfigs)).find((object) => object.metadata.name === name);
      const expected = `${spec.pathText} = ${wordsFor(spec.expectation)}`;
      if (!found) {
        const tryThis = 'kubectl get meshconfig -A';
        return wrong({
          expected,
          saw: 'there is no MeshConfig: no mesh is installed',
          on: `MeshConfig ${name}`,
          tryThis,
        });
      }
      const namespace = found.metadata.namespace ?? 'default';
      const value = valueAt(found, spec.path);
      if (isMet(value, spec.expectation)) return passed(`${spec.pathText} = ${show(value)}`);
      return wrong({
        expected,
        saw: show(value),
        on: `MeshConfig ${namespace}/${name}, ${spec.pathText}`,
        tryThis: `kubectl get meshconfig ${name} -n ${namespace} -o yaml`,
      });
    }),
};
