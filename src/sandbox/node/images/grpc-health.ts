/**
 * The messages of grpc.health.v1 and how gRPC frames them over HTTP/2. Knows no sockets.
 * Protobuf by hand: a request has one string (field 1, the service), an answer one enumeration (field 1, its status).
 */
export const healthCheckPath = '/grpc.health.v1.Health/Check';

const [stringField, enumField] = [0x0a, 0x08];
const statusNames = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;
export type ServingStatus = (typeof statusNames)[number];

/** A byte that says uncompressed, the length, the message. */
export function grpcFrame(message: Buffer): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** The message of a call that has exactly one; undefined when it is not there whole. */
export function messageIn(bytes: Buffer): Buffer | undefined {
  if (bytes.length < 5 || bytes[0] !== 0) return undefined;
  const length = bytes.readUInt32BE(1);
  return bytes.length >= 5 + length ? bytes.subarray(5, 5 + length) : undefined;
}

/** Names of services are shorter than 128 bytes, so a length is one byte. */
export function encodeRequest(service: string): Buffer {
  const name = Buffer.from(service);
  return name.length === 0 ? name : Buffer.concat([Buffer.from([stringField, name.length]), name]);
}

export function decodeRequest(message: Buffer): string {
  return message[0] === stringField ? message.toString('utf8', 2, 2 + (message[1] ?? 0)) : '';
}

export function encodeAnswer(status: ServingStatus): Buffer {
  return Buffer.from([enumField, statusNames.indexOf(status)]);
}

export function decodeAnswer(message: Buffer): ServingStatus {
  return (message[0] === enumField ? statusNames[message[1] ?? 0] : undefined) ?? 'UNKNOWN';
}
