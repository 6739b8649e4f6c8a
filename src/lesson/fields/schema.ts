/**
 * What a cluster's own OpenAPI v3 document says of a field, as `kubectl explain` reads it: nothing is added, and where the
 * schema says nothing that is the answer. Pure; knows no cluster. Format: https://spec.openapis.org/oas/v3.0.3
 */
export interface FieldFacts {
  /** `[]Object`, `map[string]string`, `integer`: as kubectl explain writes types. */
  type: string;
  description: string | undefined;
  isRequired: boolean;
  allowed: readonly string[];
  /** Patterns, bounds and formats, as the schema has them: `minimum 0`. */
  limits: readonly string[];
  default: string | undefined;
  /** Names of the fields inside, required ones first. */
  fields: readonly string[];
}

export type FieldAnswer =
  | { type: 'facts'; facts: FieldFacts }
  /** The kind has no such field; `at` is how far the path leads, `known` what there is. */
  | { type: 'no-field'; at: readonly string[]; known: readonly string[] }
  /** The cluster serves no such kind, or no schema of it. */
  | { type: 'no-kind' }
  | { type: 'no-cluster' }
  | { type: 'trouble'; why: string };

type Schema = Readonly<Record<string, unknown>>;

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const words = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** `v1` is in `api/v1`, `apps/v1` in `apis/apps/v1`. */
export const documentPath = (apiVersion: string): string =>
  apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`;

export function answerFor(
  document: unknown,
  field: { apiVersion: string; kind: string; path: readonly string[] },
): FieldAnswer {
  const reader = new SchemaReader(document);
  const root = reader.ofKind(field.apiVersion, field.kind);
  if (!root) return { type: 'no-kind' };
  let here = root;
  let isRequired = false;
  for (const [index, name] of field.path.entries()) {
    const inner = reader.inside(here);
    const next = reader.property(inner, name);
    if (!next) return { type: 'no-field', at: field.path.slice(0, index), known: reader.names(inner) };
    isRequired = words(inner['required']).includes(name);
    here = next;
  }
  return { type: 'facts', facts: reader.facts(here, isRequired) };
}

class SchemaReader {
  readonly #schemas: Schema;

  constructor(document: unknown) {
    const components = isSchema(document) && isSchema(document['components']) ? document['components'] : {};
    this.#schemas = isSchema(components['schemas']) ? components['schemas'] : {};
  }

  ofKind(apiVersion: string, kind: string): Schema | undefined {
    const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    const isOfKind = (schema: unknown): schema is Schema =>
      isSchema(schema) &&
      Array.isArray(schema['x-kubernetes-group-version-kind']) &&
      schema['x-kubernetes-group-version-kind'].some(
        (gvk: unknown) => isSchema(gvk) && gvk['group'] === group && gvk['version'] === version && gvk['kind'] === kind,
      );
    return Object.values(this.#schemas).find(isOfKind);
  }

  /** A reference stands alone or, with a description of its own, as the only member of `allOf`. */
  #target(schema: Schema): { schema: Schema; name: string | undefined } {
    const [only] = Array.isArray(schema['allOf']) && schema['allOf'].length === 1 ? schema['allOf'] : [];
    const reference = typeof schema['$ref'] === 'string' ? schema['$ref'] : isSchema(only) ? only['$ref'] : undefined;
    if (typeof reference !== 'string') return { schema, name: undefined };
    const name = reference.split('/').at(-1) ?? '';
    const found = this.#schemas[name];
    return { schema: isSchema(found) ? found : {}, name: name.split('.').at(-1) };
  }

  /** What the fields belong to: the items of a list, the values of a map, the object itself. */
  inside(schema: Schema): Schema {
    const { schema: target } = this.#target(schema);
    const items = target['items'];
    return isSchema(items) ? this.inside(items) : target;
  }

  property(schema: Schema, name: string): Schema | undefined {
    const properties = schema['properties'];
    // Object.hasOwn: a field may be called as something that every object has.
    if (isSchema(properties) && Object.hasOwn(properties, name)) {
      const found = properties[name];
      return isSchema(found) ? found : undefined;
    }
    const values = schema['additionalProperties'];
    if (isSchema(values)) return values;
    return values === true || schema['x-kubernetes-preserve-unknown-fields'] === true ? {} : undefined;
  }

  names(schema: Schema): string[] {
    const required = words(schema['required']);
    const all = isSchema(schema['properties']) ? Object.keys(schema['properties']) : [];
    return [...all.filter((name) => required.includes(name)), ...all.filter((name) => !required.includes(name))];
  }

  facts(schema: Schema, isRequired: boolean): FieldFacts {
    const { schema: target } = this.#target(schema);
    const inner = this.inside(schema);
    const text = schema['description'] ?? target['description'];
    const own = schema['default'] ?? target['default'];
    const value = isSchema(target['items']) ? inner : target;
    return {
      type: this.#type(schema),
      description: typeof text === 'string' && text.trim() !== '' ? text.trim() : undefined,
      isRequired,
      allowed: words(value['enum']),
      limits: limitsOf(value),
      default: own === undefined ? undefined : JSON.stringify(own),
      fields: this.names(inner),
    };
  }

  #type(schema: Schema): string {
    const { schema: target, name } = this.#target(schema);
    if (isSchema(target['items'])) return `[]${this.#type(target['items'])}`;
    if (isSchema(target['additionalProperties'])) return `map[string]${this.#type(target['additionalProperties'])}`;
    if (target['x-kubernetes-int-or-string'] === true) return 'integer or string';
    if (name !== undefined) return name;
    const type = target['type'];
    if (typeof type === 'string') return type === 'object' ? 'Object' : type;
    const choices = Array.isArray(target['oneOf']) ? target['oneOf'] : target['anyOf'];
    const types = Array.isArray(choices) ? choices.flatMap((one) => (isSchema(one) ? words([one['type']]) : [])) : [];
    return types.length > 0 ? [...new Set(types)].join(' or ') : 'any';
  }
}

const limitNames = [
  'pattern',
  'format',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'multipleOf',
];

const limitsOf = (schema: Schema): string[] =>
  limitNames.flatMap((name) => (schema[name] === undefined ? [] : [`${name} ${String(schema[name])}`]));
