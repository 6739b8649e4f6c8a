/** What Envoy's http_inspector reads from the first line of a plaintext connection: is it HTTP, and which one. */
export type HttpInspection = { status: 'more' } | { status: 'other' } | { status: 'http'; protocol: HttpProtocol };

export type HttpProtocol = 'http/1.0' | 'http/1.1' | 'h2c';

/** A request line that is longer is not waited for (Envoy: HTTP inspector, MAX_INSPECT_SIZE). */
const longestLine = 8192;

const requestLine = /^[A-Z][A-Z-]{0,31} \S+ HTTP\/(1\.0|1\.1|2\.0)\r?$/;
/** What may still become such a line. */
const beginning = /^[A-Z-]{1,32}(?: \S*(?: [HTP/0-9.]{0,8}\r?)?)?$/;

const protocols: Readonly<Record<string, HttpProtocol>> = { '1.0': 'http/1.0', '1.1': 'http/1.1', '2.0': 'h2c' };

export function inspectRequestLine(bytes: Buffer): HttpInspection {
  const end = bytes.indexOf(0x0a);
  const line = bytes.toString('latin1', 0, end < 0 ? Math.min(bytes.length, longestLine) : end);
  if (end < 0) return line.length < longestLine && beginning.test(line) ? { status: 'more' } : { status: 'other' };
  const version = requestLine.exec(line)?.[1];
  const protocol = version === undefined ? undefined : protocols[version];
  return protocol === undefined ? { status: 'other' } : { status: 'http', protocol };
}
