import type { PodDisruptionBudget } from '../../../kube/disruption.ts';
import { dnsSubdomain } from '../../../kube/names.ts';
import { invalidValue, notSupported } from '../field-errors.ts';
import type { Strategy } from '../strategy.ts';
import { partErrors } from './validation/amounts.ts';
import { selectorErrors } from './validation/labels.ts';

/** Kubernetes: pkg/apis/policy/validation. Who counts is the disruption controller, who asks is the eviction. */
const evictionPolicies = ['AlwaysAllow', 'IfHealthyBudget'];

export const disruptionBudgetStrategy: Strategy = {
  nameRule: dnsSubdomain,
  generation: 'spec',
  hasStatus: true,
  prepareCreate(draft) {
    (draft as PodDisruptionBudget).status = {
      currentHealthy: 0,
      desiredHealthy: 0,
      disruptionsAllowed: 0,
      expectedPods: 0,
    };
    return [];
  },
  validate(object) {
    const { spec = {} } = object as PodDisruptionBudget;
    const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = spec;
    const isBoth = minAvailable !== undefined && maxUnavailable !== undefined;
    const isUnknown =
      unhealthyPodEvictionPolicy !== undefined && !evictionPolicies.includes(unhealthyPodEvictionPolicy);
    return [
      ...(isBoth ? [invalidValue('spec', spec, 'minAvailable and maxUnavailable cannot be both set')] : []),
      ...partErrors('spec.minAvailable', minAvailable),
      ...partErrors('spec.maxUnavailable', maxUnavailable),
      ...(selector ? selectorErrors(selector, 'spec.selector') : []),
      ...(isUnknown
        ? [notSupported('spec.unhealthyPodEvictionPolicy', unhealthyPodEvictionPolicy, evictionPolicies)]
        : []),
    ];
  },
};
