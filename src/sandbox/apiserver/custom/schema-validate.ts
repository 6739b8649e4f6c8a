import type { JsonSchema } from '../../../kube/api-extensions.ts';
import { isJsonObject, own, sameJson } from '../../../kube/json-value.ts';
import type { StatusCause } from '../../../kube/status.ts';
import { duplicateValue, invalidValue, notSupported, required, wrongType } from '../field-errors.ts';
import { additionalOf } from './schema-prune.ts';

/** Checks a custom resource against its structural schema, in the words of a real API server. */
export function validateBySchema(object: unknown, schema: JsonSchema): StatusCause[] {
  return check(object, schema, '');
}

function check(value: unknown, schema: JsonSchema, path: string): StatusCause[] {
  if (value === null && schema.nullable) return [];
  const wrong = typeErrors(value, schema, path);
  if (wrong.length > 0) return wrong;
  return [
    ...enumErrors(value, schema, path),
    ...textErrors(value, schema, path),
    ...numberErrors(value, schema, path),
    ...listErrors(value, schema, path),
    ...objectErrors(value, schema, path),
    ...combinationErrors(value, schema, path),
  ];
}

function jsonType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function typeErrors(value: unknown, schema: JsonSchema, path: string): StatusCause[] {
  const found = jsonType(value);
  if (schema['x-kubernetes-int-or-string']) {
    if (found === 'integer' || found === 'string') return [];
    return [wrongType(path, found, `${path} in body must be of type integer,string: "${found}"`)];
  }
  const { type } = schema;
  if (type === undefined || type === found || (type === 'number' && found === 'integer')) return [];
  return [wrongType(path, found, `${path} in body must be of type ${type}: "${found}"`)];
}

function enumErrors(value: unknown, schema: JsonSchema, path: string): StatusCause[] {
  if (!schema.enum || schema.enum.some((each) => sameJson(each, value))) return [];
  return [notSupported(path, value, schema.enum)];
}

function textErrors(value: unknown, schema: JsonSchema, path: string): StatusCause[] {
  if (typeof value !== 'string') return [];
  const errors: StatusCause[] = [];
  const length = [...value].length;
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    errors.push({
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${schema.maxLength} bytes`,
      field: path,
    });
  }
  if (schema.minLength !== undefined && length < schema.minLength) {
    errors.push(invalidValue(path, value, `${path} in body should be at least ${schema.minLength} chars long`));
  }
  // Without the u flag: it forbids escapes such as \- that Go allows and CRD authors write.
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) {
    errors.push(invalidValue(path, value, `${path} in body should match '${schema.pattern}'`));
  }
  if (schema.format === 'date-time' && Number.isNaN(Date.parse(value))) {
    errors.push(invalidValue(path, value, `${path} in body must be of type date-time: ${JSON.stringify(value)}`));
  }
  return errors;
}

function numberErrors(value: unknown, schema: JsonSchema, path: string): StatusCause[] {
  if (typeof value !== 'number') return [];
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const errors: StatusCause[] = [];
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) {
    const bound = exclusiveMinimum ? 'greater than' : 'greater than or equal to';
    errors.push(invalidValue(path, value, `${path} in body should be ${bound} ${minimum}`));
  }
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)) {
    const bound = exclusiveMaximum ? 'less than' : 'less than or equal to';
    errors.push(invalidValue(path, value, `${path} in body should be ${bound} ${maximum}`));
  }
  return errors;
}

function listErrors(value: unknown, schema: JsonSchema, path: string): StatusCause[] {
  if (!Array.isArray(value)) return [];
  const errors: StatusCause[] = [];
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    const message = `Too many: ${value.length}: must have at most ${schema.maxItems} items`;
    errors.push({ reason: 'FieldValueTooMany', message, field: path });
  }
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    errors.push(invalidValue(path, value.length, `${path} in body should have at least ${schema.minItems} items`));
  }
  const { items } = schema;
  if (items) errors.push(...value.flatMap((item, index) => check(item, items, `${path}[${index}]`)));
  return [...errors, ...uniquenessErrors(value, schema, path)];
}

/** x-kubernetes-list-type: the keys of a map list, and the items of a set, come once. */
function uniquenessErrors(list: readonly unknown[], schema: JsonSchema, path: string): StatusCause[] {
  const listType = schema['x-kubernetes-list-type'];
  if (listType !== 'map' && listType !== 'set') return [];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const seen = new Set<string>();
  return list.flatMap((item, index) => {
    const identity =
      listType === 'set'
        ? item
        : Object.fromEntries(keys.map((key) => [key, isJsonObject(item) ? item[key] : undefined]));
    const text = JSON.stringify(identity);
    if (seen.has(text)) return [duplicateValue(`${path}[${index}]`, identity)];
    seen.add(text);
    return [];
  });
}

function objectErrors(value: unknown, schema: JsonSchema, path: string): StatusCause[] {
  if (!isJsonObject(value)) return [];
  const at = (key: string) => (path === '' ? key : `${path}.${key}`);
  const errors: StatusCause[] = [];
  const additional = additionalOf(schema);
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    // metadata is checked by the rules that all kinds share.
    if (value[key] !== undefined && at(key) !== 'metadata') errors.push(...check(value[key], child, at(key)));
  }
  for (const key in value) {
    if (additional && !own(schema.properties, key)) errors.push(...check(value[key], additional, at(key)));
  }
  for (const key of schema.required ?? []) if (value[key] === undefined) errors.push(required(at(key)));
  return errors;
}

function combinationErrors(value: unknown, schema: JsonSchema, path: string): StatusCause[] {
  const errors = (schema.allOf ?? []).flatMap((each) => check(value, each, path));
  const tell = (text: string): StatusCause => invalidValue('<nil>', '', `"${path}" must ${text}`);
  const { oneOf, anyOf, not } = schema;
  if (anyOf) {
    const results = anyOf.map((each) => check(value, each, path));
    if (results.every((each) => each.length > 0))
      errors.push(tell('validate at least one schema (anyOf)'), ...best(results));
  }
  if (oneOf) {
    const results = oneOf.map((each) => check(value, each, path));
    const valid = results.filter((each) => each.length === 0).length;
    const rule = 'validate one and only one schema (oneOf)';
    if (valid === 0) errors.push(tell(`${rule}. Found none valid`), ...best(results));
    else if (valid > 1) errors.push(tell(`${rule}. Found ${valid} valid alternatives`));
  }
  if (not && check(value, not, path).length === 0) errors.push(tell('not validate the schema (not)'));
  return errors;
}

/** Of several alternatives that all fail, the one that comes closest says what is missing. */
function best(results: readonly StatusCause[][]): StatusCause[] {
  return results.toSorted((left, right) => left.length - right.length)[0] ?? [];
}
