/** What Envoy's tls_inspector reads from the first bytes of a connection: is it TLS, for whom, speaking what. */
export type Inspection =
  | { status: 'more' }
  | { status: 'plaintext' }
  | { status: 'tls'; serverName?: string; applicationProtocols: string[] };

const handshakeRecord = 0x16;
const clientHello = 0x01;
const extensionTypes = { serverName: 0, alpn: 16 };
/** A ClientHello that is larger than this is not worth waiting for (Envoy: TLS_MAX_CLIENT_HELLO). */
const largestHello = 64 * 1024;

/** RFC 8446 4.1.2; everything before the extensions is only skipped. */
export function inspectFirstBytes(bytes: Buffer): Inspection {
  if (bytes.length === 0) return { status: 'more' };
  if (bytes[0] !== handshakeRecord) return { status: 'plaintext' };
  if (bytes.length < 9) return { status: 'more' };
  if (bytes[1] !== 3 || bytes[5] !== clientHello) return { status: 'plaintext' };
  const hello = handshakeBody(bytes);
  if (hello === undefined) return bytes.length > largestHello ? { status: 'plaintext' } : { status: 'more' };
  try {
    return { status: 'tls', ...readExtensions(hello) };
  } catch (error) {
    // A truncated field reads past the end: whoever sent it does not speak TLS.
    if (error instanceof RangeError) return { status: 'plaintext' };
    throw error;
  }
}

/** The ClientHello put together from its records; undefined while bytes are missing. */
function handshakeBody(bytes: Buffer): Buffer | undefined {
  const length = bytes.readUIntBE(6, 3);
  const fragments: Buffer[] = [];
  let collected = 0;
  for (let offset = 0; collected < length + 4; ) {
    if (offset + 5 > bytes.length) return undefined;
    const end = offset + 5 + bytes.readUInt16BE(offset + 3);
    if (end > bytes.length) return undefined;
    fragments.push(bytes.subarray(offset + 5, end));
    collected += end - offset - 5;
    offset = end;
  }
  return Buffer.concat(fragments).subarray(4, length + 4);
}

function readExtensions(hello: Buffer): { serverName?: string; applicationProtocols: string[] } {
  let at = 34;
  at += 1 + hello.readUInt8(at);
  at += 2 + hello.readUInt16BE(at);
  at += 1 + hello.readUInt8(at);
  const found: { serverName?: string; applicationProtocols: string[] } = { applicationProtocols: [] };
  if (at + 2 > hello.length) return found;
  const end = at + 2 + hello.readUInt16BE(at);
  at += 2;
  while (at + 4 <= end) {
    const type = hello.readUInt16BE(at);
    const body = hello.subarray(at + 4, at + 4 + hello.readUInt16BE(at + 2));
    at += 4 + body.length;
    if (type === extensionTypes.serverName && body.length > 5) {
      found.serverName = body.toString('latin1', 5, 5 + body.readUInt16BE(3)).toLowerCase();
    }
    if (type === extensionTypes.alpn) found.applicationProtocols = readProtocols(body);
  }
  return found;
}

function readProtocols(body: Buffer): string[] {
  const names: string[] = [];
  for (let at = 2; at < body.length; ) {
    const length = body.readUInt8(at);
    names.push(body.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return names;
}
