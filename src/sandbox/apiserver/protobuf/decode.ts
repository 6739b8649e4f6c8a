import { badRequest } from '../../../kube/status.ts';
import { type Wire, wireFields } from '../../protobuf/wire.ts';
import { kindMessages, messageFields } from './messages.ts';

/**
 * Kubernetes' protobuf request bodies as the JSON they stand for. kubectl 1.32 and later send `create` so, and give up when
 * a server refuses. Nothing is ever encoded: every such client takes JSON answers. Knows nothing of HTTP or of validation.
 */
const magic = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

interface Field {
  name: string;
  type: string;
  shape: 'one' | 'list' | 'map';
  /** A Go pointer: its zero was meant. */
  pointer: boolean;
  inlined: boolean;
}

type JsonObject = Record<string, unknown>;

const parsed = new Map<string, ReadonlyMap<number, Field>>();

function fieldsOf(message: string): ReadonlyMap<number, Field> {
  let fields = parsed.get(message);
  if (!fields) {
    fields = new Map((messageFields[message] ?? '').split(' ').filter(Boolean).map(parseField));
    parsed.set(message, fields);
  }
  return fields;
}

function parseField(text: string): [number, Field] {
  const [number = '', name = '', suffix = 's'] = text.split(':');
  const pointer = suffix.endsWith('?');
  const marked = pointer ? suffix.slice(0, -1) : suffix;
  const shape = marked.startsWith('*') ? 'list' : marked.startsWith('%') ? 'map' : 'one';
  const type = shape === 'one' ? marked : marked.slice(1);
  return [Number(number), { name, type, shape, pointer, inlined: name === '~' }];
}

/**
 * The object inside a body of type `application/vnd.kubernetes.protobuf`: `k8s\0`, then runtime.Unknown.
 * `expected` is the kind the path implies, for bodies that name none. Throws a 400 Status for anything else.
 */
export function decodeProtobuf(body: Buffer, expected?: { apiVersion: string; kind: string }): JsonObject {
  if (!body.subarray(0, 4).equals(magic)) {
    throw badRequest('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  }
  try {
    const unknown = new Map(wireFields(body.subarray(4)).map((field) => [field.number, field]));
    const typeMeta = new Map(wireFields(bytesOf(unknown.get(1))).map((field) => [field.number, field]));
    const apiVersion = bytesOf(typeMeta.get(1)).toString() || expected?.apiVersion || '';
    const kind = bytesOf(typeMeta.get(2)).toString() || expected?.kind || '';
    // DeleteOptions exists in every group, always as the same message.
    const message = kind === 'DeleteOptions' ? 'DeleteOptions' : kindMessages[`${apiVersion} ${kind}`];
    if (!message) throw badRequest(`no kind "${kind}" is registered for version "${apiVersion}" in protobuf form`);
    return { apiVersion, kind, ...decodeMessage(message, bytesOf(unknown.get(2))) };
  } catch (error) {
    if (error instanceof RangeError) throw badRequest(`the protobuf body is damaged: ${error.message}`);
    throw error;
  }
}

const bytesOf = (wire: Wire | undefined): Buffer => (wire?.type === 'bytes' ? wire.value : Buffer.alloc(0));

function decodeMessage(message: string, body: Buffer): JsonObject {
  const fields = fieldsOf(message);
  const object: JsonObject = {};
  for (const wire of wireFields(body)) {
    const field = fields.get(wire.number);
    if (!field) continue;
    switch (field.shape) {
      case 'one':
        setOne(object, field, wire);
        break;
      case 'list': {
        const list = (object[field.name] ?? []) as unknown[];
        list.push(decodeValue(field.type, wire));
        object[field.name] = list;
        break;
      }
      case 'map': {
        const map = (object[field.name] ?? {}) as JsonObject;
        const entry = new Map(wireFields(bytesOf(wire)).map((part) => [part.number, part]));
        const value = entry.get(2) ?? { number: 2, type: 'bytes', value: Buffer.alloc(0) };
        // Own property by definition, so that a key `__proto__` stays data.
        Object.defineProperty(map, bytesOf(entry.get(1)).toString(), {
          value: decodeValue(field.type, value),
          enumerable: true,
          configurable: true,
          writable: true,
        });
        object[field.name] = map;
      }
    }
  }
  return object;
}

/** The Go side writes every field that is no pointer, set or not; JSON's `omitempty` leaves such zeros out. */
function setOne(object: JsonObject, field: Field, wire: Wire): void {
  const value = decodeValue(field.type, wire);
  if (field.inlined) Object.assign(object, value);
  else if (value !== undefined && (field.pointer || !isZero(value))) object[field.name] = value;
}

function isZero(value: unknown): boolean {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.keys(value).length === 0;
  return value === '' || value === 0 || value === false;
}

function decodeValue(type: string, wire: Wire): unknown {
  switch (type) {
    case 's':
      return bytesOf(wire).toString();
    case 'y':
      return bytesOf(wire).toString('base64');
    case 'b':
      return wire.type === 'varint' && wire.value !== 0n;
    case 'i':
      return wire.type === 'varint' ? Number(BigInt.asIntN(64, wire.value)) : 0;
    case 'd':
      return wire.type === 'fixed64' ? wire.value.readDoubleLE(0) : 0;
    case 'time':
      return decodeTime(bytesOf(wire));
    case 'quantity':
      return textField(bytesOf(wire), 1);
    case 'intstr':
      return decodeIntOrString(bytesOf(wire));
    case 'raw':
      return decodeRaw(bytesOf(wire));
    case 'extra':
      return wireFields(bytesOf(wire)).map((item) => bytesOf(item).toString());
    default:
      return decodeMessage(type, bytesOf(wire));
  }
}

function textField(body: Buffer, number: number): string {
  return bytesOf(wireFields(body).find((field) => field.number === number)).toString();
}

/** seconds=1, nanos=2. The zero time of Go comes as an empty message. */
function decodeTime(body: Buffer): string | undefined {
  const numbers = new Map(wireFields(body).map((wire) => [wire.number, wire.type === 'varint' ? wire.value : 0n]));
  if (!numbers.has(1) && !numbers.has(2)) return undefined;
  const seconds = Number(BigInt.asIntN(64, numbers.get(1) ?? 0n));
  const micros = Math.floor(Number(numbers.get(2) ?? 0n) / 1000);
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return micros === 0 ? `${whole}Z` : `${whole}.${String(micros).padStart(6, '0')}Z`;
}

/** type=1 (0 number, 1 text), intVal=2, strVal=3. */
function decodeIntOrString(body: Buffer): number | string {
  const wires = new Map(wireFields(body).map((wire) => [wire.number, wire]));
  const number = (at: number) => {
    const wire = wires.get(at);
    return wire?.type === 'varint' ? Number(BigInt.asIntN(64, wire.value)) : 0;
  };
  return number(1) === 0 ? number(2) : bytesOf(wires.get(3)).toString();
}

function decodeRaw(body: Buffer): unknown {
  const text = textField(body, 1);
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('the protobuf body holds a raw field that is no JSON');
  }
}
