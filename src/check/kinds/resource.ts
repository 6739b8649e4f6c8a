import type { KubeObject } from '../../kube/objects.ts';
import type { ResourceRef } from '../../kube/resources.ts';
import { StatusError } from '../../kube/status.ts';
import type { Findings } from '../../words/en/findings.ts';
import { askCluster, passed, wrong } from '../answers.ts';
import { type CheckKind, type CheckResult, SpecProblem } from '../check.ts';
import { type Expectation, expectationFields, isMet, readExpectation, show, wordsFor } from '../expectation.ts';
import { type FieldPath, parseFieldPath, valueAt } from '../field-path.ts';
import { kubectlWord, resourceOf } from '../resource-table.ts';
import { SpecFields } from '../spec-fields.ts';

interface Spec {
  ref: ResourceRef;
  namespace: string | undefined;
  name: string;
  path: { steps: FieldPath; text: string } | undefined;
  expectation: Expectation;
}

const fields = {
  kind: { description: 'the kind: TrafficSplit', required: true },
  apiVersion: { description: 'its API version, if not the one that OSM 1.2 on AKS serves' },
  namespace: { description: 'its namespace; left out for kinds without one' },
  name: { description: 'its name', required: true },
  path: { description: 'a field: spec.backends[0].weight; the object itself if left out' },
  ...expectationFields,
};

export const resource: CheckKind<Spec> = {
  kind: 'resource',
  temper: 'level',
  summary: 'An object of the cluster exists, is gone, or has a field with a value.',
  fields,
  parse(raw) {
    const spec = new SpecFields(raw, fields);
    const ref = resourceOf(spec.text('kind'), spec.optionalText('apiVersion'));
    const namespace = spec.optionalText('namespace');
    if (ref.namespaced && namespace === undefined)
      throw new SpecProblem('', `lacks namespace: a ${ref.kind} lives in one.`);
    if (!ref.namespaced && namespace !== undefined) {
      throw new SpecProblem('namespace', `a ${ref.kind} lives in no namespace; leave it out.`);
    }
    const text = spec.optionalText('path');
    const path = text === undefined ? undefined : { steps: parseFieldPath(text, 'path'), text };
    return { ref, namespace, name: spec.text('name'), path, expectation: readExpectation(spec) };
  },
  describe(spec, words) {
    const { resource } = words.conditions;
    const label = labelOf(spec);
    if (spec.path) return resource.hasField(label, spec.path.text, wordsFor(spec.expectation, words));
    if (spec.expectation.type === 'absent') return resource.gone(label);
    if (spec.expectation.type === 'exists') return resource.exists(label);
    return resource.is(label, wordsFor(spec.expectation, words));
  },
  subject: (spec) => `${spec.ref.kind} ${spec.namespace ?? ''}/${spec.name}`,
  verify: (spec, probe) =>
    askCluster(probe, async (kube) => {
      const { resource: words } = probe.words.conditions;
      try {
        return judge(spec, await kube.get(spec.ref, spec.name, spec.namespace), probe.words);
      } catch (error) {
        // 404 for the whole kind: its CustomResourceDefinition is not installed.
        if (!(error instanceof StatusError) || error.code !== 404) throw error;
        if (spec.expectation.type === 'absent') return passed(words.noKind(spec.ref.kind));
        const expected = wantedOf(spec, probe.words);
        const saw = words.noKindNoMesh(spec.ref.kind);
        return wrong({ expected, saw, on: labelOf(spec), tryThis: 'kubectl api-resources' });
      }
    }),
};

const labelOf = (spec: Spec) =>
  `${spec.ref.kind} ${spec.namespace === undefined ? '' : `${spec.namespace}/`}${spec.name}`;

const wantedOf = ({ path, expectation }: Spec, words: Findings) =>
  path ? `${path.text} = ${wordsFor(expectation, words)}` : words.conditions.resource.itExists;

function judge(spec: Spec, object: KubeObject | undefined, findings: Findings): CheckResult {
  const words = findings.conditions.resource;
  const inNamespace = spec.namespace === undefined ? '' : ` -n ${spec.namespace}`;
  const word = kubectlWord(spec.ref);
  const label = labelOf(spec);
  if (!object) {
    if (spec.expectation.type === 'absent') return passed(words.thereIsNo(label));
    const tryThis = `kubectl get ${word}${inNamespace}`;
    return wrong({ expected: wantedOf(spec, findings), saw: words.missing, on: label, tryThis, missing: label });
  }
  const tryThis = `kubectl get ${word} ${spec.name}${inNamespace} -o yaml`;
  const value = spec.path ? valueAt(object, spec.path.steps) : object;
  if (isMet(value, spec.expectation))
    return passed(spec.path ? `${spec.path.text} = ${show(value, findings)}` : words.isThere(label));
  if (!spec.path) {
    const deleting = object.metadata.deletionTimestamp !== undefined;
    if (spec.expectation.type === 'absent') {
      const saw = deleting ? words.isBeingDeleted : words.stillThere;
      if (deleting) return { status: 'not-yet', expected: words.wantsNo(label), saw, tryThis };
      return wrong({ expected: words.wantsNo(label), saw, on: label, tryThis });
    }
    return wrong({ expected: wordsFor(spec.expectation, findings), saw: words.different, on: label, tryThis });
  }
  const expected = wantedOf(spec, findings);
  return wrong({ expected, saw: show(value, findings), on: `${label}, ${spec.path.text}`, tryThis });
}
