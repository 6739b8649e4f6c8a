import type { KubeObject } from '../../kube/objects.ts';
import type { ResourceRef } from '../../kube/resources.ts';
import { StatusError } from '../../kube/status.ts';
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
  describe(spec) {
    if (spec.path) return `${labelOf(spec)} has ${spec.path.text} = ${wordsFor(spec.expectation)}`;
    if (spec.expectation.type === 'absent') return `${labelOf(spec)} is gone`;
    if (spec.expectation.type === 'exists') return `${labelOf(spec)} exists`;
    return `${labelOf(spec)} is ${wordsFor(spec.expectation)}`;
  },
  subject: (spec) => `${spec.ref.kind} ${spec.namespace ?? ''}/${spec.name}`,
  verify: (spec, probe) =>
    askCluster(probe, async (kube) => {
      try {
        return judge(spec, await kube.get(spec.ref, spec.name, spec.namespace));
      } catch (error) {
        // 404 for the whole kind: its CustomResourceDefinition is not installed.
        if (!(error instanceof StatusError) || error.code !== 404) throw error;
        if (spec.expectation.type === 'absent') return passed(`the cluster has no kind ${spec.ref.kind}`);
        const expected = spec.path ? `${spec.path.text} = ${wordsFor(spec.expectation)}` : 'it exists';
        const saw = `the cluster has no kind ${spec.ref.kind}; the mesh that brings it is not installed`;
        return wrong({ expected, saw, on: labelOf(spec), tryThis: 'kubectl api-resources' });
      }
    }),
};

const labelOf = (spec: Spec) =>
  `${spec.ref.kind} ${spec.namespace === undefined ? '' : `${spec.namespace}/`}${spec.name}`;

function judge(spec: Spec, object: KubeObject | undefined): CheckResult {
  const inNamespace = spec.namespace === undefined ? '' : ` -n ${spec.namespace}`;
  const word = kubectlWord(spec.ref);
  const label = labelOf(spec);
  if (!object) {
    if (spec.expectation.type === 'absent') return passed(`there is no ${label}`);
    const expected = spec.path ? `${spec.path.text} = ${wordsFor(spec.expectation)}` : 'it exists';
    return wrong({ expected, saw: 'it does not exist', on: label, tryThis: `kubectl get ${word}${inNamespace}` });
  }
  const tryThis = `kubectl get ${word} ${spec.name}${inNamespace} -o yaml`;
  const value = spec.path ? valueAt(object, spec.path.steps) : object;
  if (isMet(value, spec.expectation))
    return passed(spec.path ? `${spec.path.text} = ${show(value)}` : `${label} is there`);
  if (!spec.path) {
    const deleting = object.metadata.deletionTimestamp !== undefined;
    if (spec.expectation.type === 'absent') {
      const saw = deleting ? 'it is being deleted' : 'it is still there';
      if (deleting) return { status: 'not-yet', expected: `no ${label}`, saw, tryThis };
      return wrong({ expected: `no ${label}`, saw, on: label, tryThis });
    }
    return wrong({ expected: wordsFor(spec.expectation), saw: 'an object that is different', on: label, tryThis });
  }
  const expected = `${spec.path.text} = ${wordsFor(spec.expectation)}`;
  return wrong({ expected, saw: show(value), on: `${label}, ${spec.path.text}`, tryThis });
}
