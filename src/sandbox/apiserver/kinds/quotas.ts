import { sameJson } from '../../../kube/json-value.ts';
import { dnsSubdomain } from '../../../kube/names.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { parseQuantity } from '../../../kube/quantity.ts';
import type { StatusCause } from '../../../kube/status.ts';
import { kindOfLine, type ResourceQuota } from '../../quota-usage.ts';
import { duplicateValue, forbiddenField, invalidValue, notSupported, required } from '../field-errors.ts';
import type { Strategy } from '../strategy.ts';

/** Quotas and limits as objects; admission enforces them. Kubernetes: ValidateResourceQuotaSpec, ValidateLimitRange. */
const scopesKnown = ['BestEffort', 'NotBestEffort', 'NotTerminating', 'Terminating'];

export const resourceQuotaStrategy: Strategy = {
  nameRule: dnsSubdomain,
  generation: 'none',
  hasStatus: true,
  validate(object) {
    const { hard = {}, scopes = [], scopeSelector } = (object as ResourceQuota).spec ?? {};
    const errors = Object.entries(hard).flatMap(([line, quantity]) => hardErrors(line, quantity));
    for (const scope of scopes)
      if (!scopesKnown.includes(scope)) errors.push(notSupported('spec.scopes', scope, scopesKnown));
    if (scopeSelector !== undefined) {
      errors.push(forbiddenField('spec.scopeSelector', 'this sandbox knows spec.scopes only'));
    }
    return errors;
  },
  validateUpdate(object, current) {
    const [next, before] = [object, current].map(({ spec }) => (spec as ResourceQuota['spec'])?.scopes);
    return sameJson(next ?? [], before ?? []) ? [] : [invalidValue('spec.scopes', next ?? null, 'field is immutable')];
  },
};

function hardErrors(line: string, quantity: string): StatusCause[] {
  const path = `spec.hard[${line}]`;
  const errors: StatusCause[] = [];
  if (!kindOfLine(line)) errors.push(invalidValue(path, line, 'must be a standard resource for quota'));
  if ((parseQuantity(quantity) ?? 0) < 0) {
    errors.push(invalidValue(path, quantity, 'must be greater than or equal to 0'));
  }
  return errors;
}

type Amounts = Record<string, string>;

interface LimitRangeItem {
  type?: string;
  max?: Amounts;
  min?: Amounts;
  default?: Amounts;
  defaultRequest?: Amounts;
}

const limitTypes = ['Container', 'PersistentVolumeClaim', 'Pod'];

export const limitRangeStrategy: Strategy = {
  nameRule: dnsSubdomain,
  generation: 'none',
  hasStatus: false,
  defaults: (draft) => limitsOf(draft).forEach(fillItem),
  validate(object) {
    const limits = limitsOf(object);
    const types = new Set<string>();
    return limits.flatMap((item, index) => {
      const path = `spec.limits[${index}]`;
      const { type = '' } = item;
      if (type === '') return [required(`${path}.type`)];
      const errors = limitTypes.includes(type) ? [] : [notSupported(`${path}.type`, type, limitTypes)];
      if (types.has(type)) errors.push(duplicateValue(`${path}.type`, type));
      types.add(type);
      if (type === 'Pod') {
        for (const field of ['default', 'defaultRequest'] as const) {
          const why = "may not be specified when `type` is 'Pod'";
          if (item[field]) errors.push(forbiddenField(`${path}.${field}`, why));
        }
      }
      return [...errors, ...orderErrors(item, path)];
    });
  },
};

const limitsOf = ({ spec }: KubeObject) => (spec as { limits?: LimitRangeItem[] } | undefined)?.limits ?? [];

/** Kubernetes: SetDefaults_LimitRangeItem. Who bounds containers from above means that as their limit, too. */
function fillItem(item: LimitRangeItem): void {
  if (item.type !== 'Container') return;
  const limits = { ...item.max, ...item.default };
  const requests = { ...item.min, ...limits, ...item.defaultRequest };
  if (Object.keys(limits).length > 0) item.default = limits;
  if (Object.keys(requests).length > 0) item.defaultRequest = requests;
}

/** From the least to the most: min, defaultRequest, default, max. */
function orderErrors(item: LimitRangeItem, path: string): StatusCause[] {
  const order = ['min', 'defaultRequest', 'default', 'max'] as const;
  const words = { min: 'min', defaultRequest: 'default request', default: 'default', max: 'max' };
  return order.flatMap((lower, at) =>
    order.slice(at + 1).flatMap((upper) =>
      Object.entries(item[lower] ?? {}).flatMap(([name, less]) => {
        const more = item[upper]?.[name];
        if (more === undefined || (parseQuantity(less) ?? 0) <= (parseQuantity(more) ?? 0)) return [];
        const why = `${words[lower]} value ${less} is greater than ${words[upper]} value ${more}`;
        return [invalidValue(`${path}.${lower}[${name}]`, less, why)];
      }),
    ),
  );
}
