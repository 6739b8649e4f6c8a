import type { CustomResourceDefinition } from '../../../kube/api-extensions.ts';
import { apiTime } from '../../../kube/duration.ts';
import { sameJson } from '../../../kube/json-value.ts';
import { dnsSubdomain } from '../../../kube/names.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import type { StatusCause } from '../../../kube/status.ts';
import { immutable, invalidValue, required } from '../field-errors.ts';
import type { Strategy } from '../strategy.ts';
import { celRuleErrors } from './unsupported-rules.ts';

/** Holds a definition back until its objects are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

const asDefinition = (object: KubeObject) => object as CustomResourceDefinition;

/** Custom resource definitions as objects; what they bring to life is the catalog's business. */
export const definitionStrategy: Strategy = {
  nameRule: dnsSubdomain,
  generation: 'spec',
  hasStatus: true,
  deleteAnswersObject: true,
  defaults(draft) {
    const { spec } = asDefinition(draft);
    if (!spec?.names) return;
    spec.names.singular ??= spec.names.kind?.toLowerCase();
    spec.names.listKind ??= `${spec.names.kind}List`;
    spec.conversion ??= {};
    spec.conversion.strategy ??= 'None';
  },
  prepareCreate(draft, context) {
    const definition = asDefinition(draft);
    const lastTransitionTime = apiTime(context.now());
    const isTrue = { status: 'True' as const, lastTransitionTime };
    definition.metadata.finalizers = [...new Set([...(definition.metadata.finalizers ?? []), cleanupFinalizer])];
    definition.status = {
      conditions: [
        { ...isTrue, type: 'NamesAccepted', reason: 'NoConflicts', message: 'no conflicts found' },
        {
          ...isTrue,
          type: 'Established',
          reason: 'InitialNamesAccepted',
          message: 'the initial names have been accepted',
        },
      ],
      acceptedNames: structuredClone(definition.spec.names),
      storedVersions: definition.spec.versions.filter(({ storage }) => storage).map(({ name }) => name),
    };
    return celRuleErrors(definition);
  },
  prepareUpdate(draft) {
    const { spec, status } = asDefinition(draft);
    const storage = spec?.versions?.find((version) => version.storage)?.name ?? '';
    const storedVersions = [...new Set([...(status?.storedVersions ?? []), storage])];
    draft['status'] = { ...status, acceptedNames: structuredClone(spec.names), storedVersions };
    return [];
  },
  validate(object) {
    const { spec, metadata } = asDefinition(object);
    const errors: StatusCause[] = [];
    const name = `${spec?.names?.plural}.${spec?.group}`;
    if (metadata.name !== name) {
      errors.push(invalidValue('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group'));
    }
    if (!spec?.group) errors.push(required('spec.group'));
    if (spec?.scope !== 'Namespaced' && spec?.scope !== 'Cluster') errors.push(required('spec.scope'));
    for (const field of ['plural', 'kind'] as const) {
      if (!spec?.names?.[field]) errors.push(required(`spec.names.${field}`));
    }
    const versions = spec?.versions ?? [];
    if (versions.filter((version) => version.storage).length !== 1) {
      errors.push(
        invalidValue(
          'spec.versions',
          versions.map(({ name: each }) => each),
          'must have exactly one version marked as storage version',
        ),
      );
    }
    versions.forEach((version, index) => {
      const schema = version.schema?.openAPIV3Schema;
      const path = `spec.versions[${index}].schema.openAPIV3Schema`;
      if (!schema) errors.push(required(path, 'schemas are required'));
      else if (schema.type !== 'object')
        errors.push(invalidValue(`${path}.type`, schema.type ?? '', 'must be object at the root'));
    });
    if (spec?.conversion?.strategy !== 'None') {
      const why = 'the sandbox converts between versions with strategy None only';
      errors.push(invalidValue('spec.conversion.strategy', spec?.conversion?.strategy, why));
    }
    return errors;
  },
  validateUpdate(object, current) {
    const [next, before] = [asDefinition(object).spec, asDefinition(current).spec];
    const errors: StatusCause[] = [];
    if (next.group !== before.group) errors.push(immutable('spec.group', next.group));
    if (next.scope !== before.scope) errors.push(immutable('spec.scope', next.scope));
    if (!sameJson(next.names.plural, before.names.plural))
      errors.push(immutable('spec.names.plural', next.names.plural));
    // What an older sandbox took stays as it is, so that it can still be deleted.
    if (!sameJson(next.versions, before.versions)) errors.push(...celRuleErrors(asDefinition(object)));
    if (next.names.kind !== before.names.kind) errors.push(immutable('spec.names.kind', next.names.kind));
    return errors;
  },
};
