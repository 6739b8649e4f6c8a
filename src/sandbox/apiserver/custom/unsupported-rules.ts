import type { CustomResourceDefinition, JsonSchema } from '../../../kube/api-extensions.ts';
import type { StatusCause } from '../../../kube/status.ts';
import { forbiddenField } from '../field-errors.ts';

const why =
  'this sandbox has no CEL, and does not take rules that it could not enforce; take the rules out, or use a cluster of your own';

/** Rules in CEL (`x-kubernetes-validations`) anywhere in a definition's schemas, each refused at its place. */
export function celRuleErrors({ spec }: CustomResourceDefinition): StatusCause[] {
  return (spec.versions ?? []).flatMap(({ schema }, index) =>
    rulePaths(schema?.openAPIV3Schema, `spec.versions[${index}].schema.openAPIV3Schema`).map((path) =>
      forbiddenField(path, why),
    ),
  );
}

function rulePaths(schema: JsonSchema | boolean | undefined, path: string): string[] {
  if (typeof schema !== 'object') return [];
  const own = schema['x-kubernetes-validations']?.length ? [`${path}.x-kubernetes-validations`] : [];
  const properties = Object.entries(schema.properties ?? {});
  return [
    ...own,
    ...properties.flatMap(([name, part]) => rulePaths(part, `${path}.properties[${name}]`)),
    ...rulePaths(schema.items, `${path}.items`),
    ...rulePaths(schema.additionalProperties, `${path}.additionalProperties`),
  ];
}
