import { isJsonObject, own, setOwn } from '../../../kube/json-value.ts';
import { parseQuantity, quantityMistake } from '../../../kube/quantity.ts';
import { builtInTypes } from '../schema/built-in-types.ts';
import { typeName } from './json-text.ts';

export interface TypeFindings {
  /** Paths of fields that the type does not have. They are taken out of the object. */
  unknown: string[];
  /** The first value of a wrong type, in the words of Go's decoder. */
  mismatch: string | undefined;
}

/** Walks an object along the table of built-in types: drops unknown fields and nulls, finds wrong types. */
export function checkType(object: unknown, type: string): TypeFindings {
  const findings: TypeFindings = { unknown: [], mismatch: undefined };
  if (isJsonObject(object)) walkStruct(object, type, '', findings);
  return findings;
}

function walkStruct(object: Record<string, unknown>, type: string, path: string, findings: TypeFindings): void {
  const fields = builtInTypes[type];
  if (!fields) return;
  for (const key of Object.keys(object)) {
    const fieldType = own(fields, key);
    const fieldPath = path === '' ? key : `${path}.${key}`;
    if (fieldType === undefined) {
      findings.unknown.push(fieldPath);
      delete object[key];
    } else if (object[key] === null && !keepsNull(fieldType)) {
      delete object[key];
    } else {
      if (quantityMaps.has(key) && fieldType.startsWith('map:string')) checkQuantities(object[key], findings);
      const place = { path: fieldPath, owner: `${goName(type)}.${fieldPath}` };
      walkValue(object[key], fieldType.replace('!', ''), place, findings);
    }
  }
}

// The models call quantities strings; the API takes `cpu: 1` too and keeps it as "1".
const quantityMaps = new Set([
  'limits',
  'requests',
  'capacity',
  'allocatable',
  'hard',
  'used',
  'default',
  'min',
  'max',
]);

function checkQuantities(map: unknown, findings: TypeFindings): void {
  if (!isJsonObject(map)) return;
  for (const key in map) {
    const quantity = map[key];
    if (typeof quantity === 'number') map[key] = String(quantity);
    if (typeof quantity === 'string' && parseQuantity(quantity) === undefined)
      findings.mismatch ??= quantityMistake(quantity);
  }
}

function walkValue(value: unknown, type: string, place: { path: string; owner: string }, findings: TypeFindings): void {
  if (value === null || type === 'any') return;
  if (type.startsWith('[]')) {
    const items = Array.isArray(value) ? value : [];
    if (!Array.isArray(value)) mismatch(value, type, place.owner, findings);
    items.forEach((given, index) => {
      const item = given ?? zeroOf(type.slice(2));
      items[index] = item;
      walkValue(item, type.slice(2), { ...place, path: `${place.path}[${index}]` }, findings);
    });
  } else if (type.startsWith('map:')) {
    const map = isJsonObject(value) ? value : {};
    if (!isJsonObject(value)) mismatch(value, type, place.owner, findings);
    for (const key in map) {
      if (map[key] === null) setOwn(map, key, zeroOf(type.slice(4)));
      walkValue(map[key], type.slice(4), { ...place, path: `${place.path}.${key}` }, findings);
    }
  } else if (builtInTypes[type]) {
    if (isJsonObject(value)) walkStruct(value, type, place.path, findings);
    else mismatch(value, type, place.owner, findings);
  } else if (!fits(value, type)) {
    mismatch(value, type, place.owner, findings);
  } else if (type === 'bytes') {
    const at = typeof value === 'string' ? wrongBase64(value) : -1;
    if (at >= 0) findings.mismatch ??= `illegal base64 data at input byte ${at}`;
  }
}

/** What Go's decoder makes of a null in a list or a map. */
function zeroOf(type: string): unknown {
  if (builtInTypes[type]) return {};
  if (type === 'string' || type === 'bytes') return '';
  return type === 'integer' || type === 'number' || type === 'int-or-string' ? 0 : null;
}

// A null time is how Events say "not yet"; everywhere else null means absent.
const keepsNull = (type: string) => type.startsWith('time') || type.startsWith('microtime');

function fits(value: unknown, type: string): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'integer':
      return Number.isSafeInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'int-or-string':
      return typeof value === 'string' || Number.isSafeInteger(value);
    case 'time':
    case 'microtime':
    case 'bytes':
      return typeof value === 'string';
    default:
      return true;
  }
}

/** Where Go's decoder stops; -1 when the text is base64. Line ends don't count. */
function wrongBase64(text: string): number {
  const bad = /[^A-Za-z0-9+/=\r\n]|=(?!=?[\r\n]*$)/.exec(text);
  if (bad) return bad.index;
  const { length } = text.replaceAll(/[\r\n]/g, '');
  return length % 4 === 0 ? -1 : text.length - (length % 4);
}

function mismatch(value: unknown, type: string, owner: string, findings: TypeFindings): void {
  const found = typeof value === 'number' && type === 'integer' ? `number ${value}` : typeName(value);
  findings.mismatch ??= `json: cannot unmarshal ${found} into Go struct field ${owner.replaceAll(/\[\d+\]/g, '')} of type ${goType(type)}`;
}

const goName = (model: string) => model.replace(/^(?:[A-Z][a-z]+)?V\d+(?=[A-Z])/, '');

function goType(type: string): string {
  if (type.startsWith('[]')) return `[]${goType(type.slice(2))}`;
  if (type.startsWith('map:')) return `map[string]${goType(type.slice(4))}`;
  const plain: Record<string, string> = {
    integer: 'int32',
    number: 'float64',
    boolean: 'bool',
    time: 'v1.Time',
    microtime: 'v1.MicroTime',
    'int-or-string': 'intstr.IntOrString',
    bytes: '[]uint8',
  };
  return plain[type] ?? (builtInTypes[type] ? `v1.${goName(type)}` : type);
}

/** Fields that must be there, by the table: `spec.template.spec.containers[0].name`. */
export function missingFields(object: unknown, type: string, path = ''): string[] {
  const fields = builtInTypes[type];
  if (!fields || !isJsonObject(object)) return [];
  return Object.entries(fields).flatMap(([name, fieldType]) => {
    const value = object[name];
    const fieldPath = path === '' ? name : `${path}.${name}`;
    if (value === undefined || value === null) return fieldType.endsWith('!') ? [fieldPath] : [];
    const bare = fieldType.replace('!', '');
    if (bare.startsWith('[]') && Array.isArray(value)) {
      return value.flatMap((item, index) => missingFields(item, bare.slice(2), `${fieldPath}[${index}]`));
    }
    return missingFields(value, bare, fieldPath);
  });
}
