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
