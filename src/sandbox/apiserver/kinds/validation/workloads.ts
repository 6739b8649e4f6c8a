import type { KubeObject, LabelSelector, PodTemplateSpec } from '../../../../kube/objects.ts';
import { matchesLabelSelector } from '../../../../kube/selectors.ts';
import type { StatusCause } from '../../../../kube/status.ts';
import { forbiddenField, invalidValue, nonNegative, notSupported, required } from '../../field-errors.ts';
import { labelErrors, selectorErrors } from './labels.ts';
import { validatePodSpec } from './pod-spec.ts';

/** What the kinds of apps/v1 have in common. Kubernetes: pkg/apis/apps/validation. */
export interface WorkloadSpec {
  replicas?: number;
  selector?: LabelSelector;
  template?: PodTemplateSpec;
  volumeClaimTemplates?: KubeObject[];
}

export function workloadErrors(
  spec: WorkloadSpec | undefined,
  // A ReplicaSet's messages speak of a deployment, and a Deployment's of a ReplicaSet, as Kubernetes' own do.
  { selectorOf, templateOf }: { selectorOf: string; templateOf: string },
): StatusCause[] {
  const { selector, template } = spec ?? {};
  const claims = (spec?.volumeClaimTemplates ?? []).map((claim) => claim.metadata?.name ?? '');
  const errors = nonNegative('spec.replicas', spec?.replicas);
  const isEmpty = Object.keys(selector?.matchLabels ?? {}).length + (selector?.matchExpressions?.length ?? 0) === 0;
  if (!selector) errors.push(required('spec.selector'));
  else {
    errors.push(...selectorErrors(selector, 'spec.selector'));
    if (isEmpty) {
      errors.push(invalidValue('spec.selector', selector, `empty selector is invalid for ${selectorOf}`));
    }
  }
  const labels = template?.metadata?.labels;
  if (selector && !isEmpty && !matchesLabelSelector(selector, labels)) {
    errors.push(
      invalidValue('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`'),
    );
  }
  return [...errors, ...templateErrors(template, templateOf, claims)];
}

function templateErrors(template: PodTemplateSpec | undefined, of: string, claims: readonly string[]): StatusCause[] {
  const errors = labelErrors(template?.metadata?.labels, 'spec.template.labels');
  errors.push(...validatePodSpec(template?.spec, 'spec.template.spec', claims));
  const restartPolicy = template?.spec?.restartPolicy;
  if (restartPolicy !== undefined && restartPolicy !== 'Always') {
    errors.push(notSupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']));
  }
  if (template?.spec?.['activeDeadlineSeconds'] !== undefined) {
    const why = `activeDeadlineSeconds in ${of} is not Supported`;
    errors.push(forbiddenField('spec.template.spec.activeDeadlineSeconds', why));
  }
  return errors;
}
