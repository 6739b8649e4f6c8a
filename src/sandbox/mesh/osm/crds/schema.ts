import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
  JsonSchema,
} from '../../../../kube/api-extensions.ts';

/** A short notation for the schemas of OSM's kinds. It knows JSON Schema, not the kinds. */
export const string: JsonSchema = { type: 'string' };
export const integer: JsonSchema = { type: 'integer' };
export const boolean: JsonSchema = { type: 'boolean' };
export const strings: JsonSchema = { type: 'array', items: string };
export const port: JsonSchema = { type: 'integer', minimum: 1, maximum: 65535 };
export const cidrPattern = '((?:\\d{1,3}\\.){3}\\d{1,3})\\/(\\d{1,2})$';

export const object = (properties: Record<string, JsonSchema>, required: readonly string[] = []): JsonSchema => ({
  type: 'object',
  ...(required.length > 0 ? { required: [...required] } : {}),
  properties,
});
export const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
export const oneOf = (...values: string[]): JsonSchema => ({ type: 'string', enum: values });
export const atLeast = (minimum: number): JsonSchema => ({ type: 'integer', minimum });

export interface DefinitionParts {
  group: string;
  kind: string;
  plural: string;
  shortNames: string[];
  versions: readonly CustomResourceDefinitionVersion[];
}

/** All of OSM's kinds are namespaced and are not converted. */
export function definition({ group, kind, plural, shortNames, versions }: DefinitionParts): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, labels: { 'app.kubernetes.io/name': 'openservicemesh.io' } },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames },
      conversion: { strategy: 'None' },
      versions: [...versions],
    },
  };
}

type VersionExtras = Pick<
  CustomResourceDefinitionVersion,
  'additionalPrinterColumns' | 'subresources' | 'deprecated' | 'deprecationWarning'
>;

export function version(
  name: string,
  spec: JsonSchema,
  state: { served: boolean; storage: boolean } = { served: true, storage: true },
  extras: VersionExtras & { status?: JsonSchema } = {},
): CustomResourceDefinitionVersion {
  const { status, ...rest } = extras;
  const envelope = { apiVersion: string, kind: string, metadata: { type: 'object' } };
  return {
    name,
    ...state,
    schema: { openAPIV3Schema: object({ ...envelope, spec, ...(status ? { status } : {}) }) },
    ...rest,
  };
}

export const unserved = { served: false, storage: false } as const;
/** What an unserved version says of its spec does not matter: nobody can send it. */
export const anything: JsonSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
