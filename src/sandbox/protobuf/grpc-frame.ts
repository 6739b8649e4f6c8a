/** A gRPC message as it travels in HTTP/2 data: a byte that says "not compressed", its length, the message. */
export function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** The one message of a unary call. Throws RangeError when it is cut short or compressed. */
export function unframe(data: Buffer): Buffer {
  if (data.length < 5 || data[0] !== 0) throw new RangeError('no uncompressed gRPC message');
  const end = 5 + data.readUInt32BE(1);
  if (data.length < end) throw new RangeError('the gRPC message is cut short');
  return data.subarray(5, end);
}
