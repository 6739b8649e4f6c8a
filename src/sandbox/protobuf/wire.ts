/** One field of a protobuf message as it travels; what it means is in the table of messages. */
export type Wire =
  | { number: number; type: 'varint'; value: bigint }
  | { number: number; type: 'bytes'; value: Buffer }
  | { number: number; type: 'fixed64'; value: Buffer }
  | { number: number; type: 'fixed32'; value: Buffer };

/** Splits a message into its fields. Throws RangeError when it is cut short or uses a form Kubernetes never does. */
export function wireFields(body: Buffer): Wire[] {
  const fields: Wire[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = body[at];
      if (byte === undefined) throw new RangeError('it ends inside a number');
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new RangeError('a number has more than ten bytes');
  };
  const take = (length: number): Buffer => {
    if (at + length > body.length) throw new RangeError('it ends inside a field');
    at += length;
    return body.subarray(at - length, at);
  };
  while (at < body.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    switch (tag & 7) {
      case 0:
        fields.push({ number, type: 'varint', value: varint() });
        break;
      case 1:
        fields.push({ number, type: 'fixed64', value: take(8) });
        break;
      case 2:
        fields.push({ number, type: 'bytes', value: take(Number(varint())) });
        break;
      case 5:
        fields.push({ number, type: 'fixed32', value: take(4) });
        break;
      default:
        throw new RangeError(`it uses wire type ${tag & 7}`);
    }
  }
  return fields;
}

/** A field to write; undefined and empty values are left out, as proto3 does. */
export type Field = readonly [number: number, value: string | number | Buffer | undefined];

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** Puts a message together: texts and messages by length, whole numbers from 0 as varints. */
export function message(...fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([number, value]) => {
      if (value === undefined || value === '' || value === 0) return [];
      if (typeof value === 'number') return [varint(number << 3), varint(value)];
      const body = typeof value === 'string' ? Buffer.from(value) : value;
      return [varint((number << 3) | 2), varint(body.length), body];
    }),
  );
}

/** The fields of a message by number, for readers that know which they want. Throws RangeError as wireFields does. */
export class Message {
  readonly #fields: readonly Wire[];

  constructor(body: Buffer) {
    this.#fields = wireFields(body);
  }

  number(number: number): number {
    const field = this.#fields.find((one) => one.number === number);
    return field?.type === 'varint' ? Number(field.value) : 0;
  }

  all(number: number): Buffer[] {
    return this.#fields.flatMap((one) => (one.number === number && one.type === 'bytes' ? [one.value] : []));
  }

  text(number: number): string {
    return this.all(number).at(-1)?.toString() ?? '';
  }

  /** Undefined where the field is missing. */
  message(number: number): Message | undefined {
    const body = this.all(number).at(-1);
    return body && new Message(body);
  }

  map(number: number): Map<string, string> {
    return new Map(this.all(number).map((entry) => [new Message(entry).text(1), new Message(entry).text(2)]));
  }
}
