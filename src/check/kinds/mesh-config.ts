import type { Findings } from '../../words/en/findings.ts';
import { askCluster, passed, wrong } from '../answers.ts';
import { type CheckKind, SpecProblem } from '../check.ts';
import { type Expectation, expectationFields, isMet, readExpectation, show, wordsFor } from '../expectation.ts';
import { type FieldPath, parseFieldPath, valueAt } from '../field-path.ts';
import { meshConfigs } from '../resource-table.ts';
import { SpecFields } from '../spec-fields.ts';

interface Setting {
  path: FieldPath;
  text: string;
  expectation: Expectation;
}

// The switches of spec.traffic that lessons turn; any other setting is named by its path.
const switches = ['enablePermissiveTrafficPolicyMode', 'enableEgress'];

const fields = {
  enablePermissiveTrafficPolicyMode: { description: 'true or false: spec.traffic.enablePermissiveTrafficPolicyMode' },
  enableEgress: { description: 'true or false: spec.traffic.enableEgress' },
  path: { description: 'any other setting: spec.sidecar.logLevel' },
  ...expectationFields,
};

// The name is fixed in OSM 1.2; the namespace is osm-system, or kube-system on AKS.
const name = 'osm-mesh-config';

export const meshConfig: CheckKind<{ settings: readonly Setting[] }> = {
  kind: 'mesh-config',
  temper: 'level',
  summary: "Settings of the mesh's MeshConfig, wherever the mesh is installed.",
  fields,
  parse(raw) {
    const spec = new SpecFields(raw, fields);
    const settings = switches
      .filter((name) => spec.has(name))
      .map((name) => setting(`spec.traffic.${name}`, { type: 'equals', value: spec.flag(name, false) }));
    if (spec.has('path')) settings.push(setting(spec.text('path'), readExpectation(spec)));
    if (settings.length === 0) throw new SpecProblem('', `needs a setting: ${switches.join(', ')} or path.`);
    return { settings };
  },
  describe: (spec, words) => words.conditions.meshConfig.title(spec.settings.map((one) => wordsOf(one, words))),
  subject: (spec) => `MeshConfig ${spec.settings.map(({ text }) => text).join(' ')}`,
  verify: (spec, probe) =>
    askCluster(probe, async (kube) => {
      const { all, meshConfig: words } = probe.words.conditions;
      const found = (await kube.list(meshConfigs)).find((object) => object.metadata.name === name);
      if (!found) {
        const expected = all(spec.settings.map((one) => wordsOf(one, probe.words)));
        const tryThis = 'kubectl get meshconfig -A';
        return wrong({
          expected,
          saw: words.noMesh,
          on: `MeshConfig ${name}`,
          tryThis,
        });
      }
      const namespace = found.metadata.namespace ?? 'default';
      for (const one of spec.settings) {
        const value = valueAt(found, one.path);
        if (isMet(value, one.expectation)) continue;
        return wrong({
          expected: wordsOf(one, probe.words),
          saw: show(value, probe.words),
          on: `MeshConfig ${namespace}/${name}, ${one.text}`,
          tryThis: `kubectl get meshconfig ${name} -n ${namespace} -o yaml`,
        });
      }
      return passed(all(spec.settings.map((one) => `${one.text} = ${show(valueAt(found, one.path), probe.words)}`)));
    }),
};

const setting = (text: string, expectation: Expectation): Setting => ({
  path: parseFieldPath(text, 'path'),
  text,
  expectation,
});

const wordsOf = (one: Setting, words: Findings) => `${one.text} = ${wordsFor(one.expectation, words)}`;
