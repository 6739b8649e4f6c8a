/**
 * nginx's configuration language, as far as a reverse proxy in front of a mesh needs it: servers, locations, proxying with
 * TLS. What a real nginx would refuse is refused in its words; what it would do and this one can't is refused too.
 */
export interface NginxServer {
  port: number;
  /** `_` and nothing take every host. */
  names: readonly string[];
  locations: readonly NginxLocation[];
}

export interface NginxLocation {
  prefix: string;
  action: { type: 'return'; status: number; text: string } | { type: 'proxy'; proxy: ProxyPass };
}

export interface ProxyPass {
  secure: boolean;
  host: string;
  port: number;
  /** With the port as it was written: what `$proxy_host` is. */
  authority: string;
  /** Replaces the location's prefix; undefined passes the path on as it came. */
  path: string | undefined;
  headers: readonly (readonly [name: string, value: string])[];
  tls: ProxyTls;
}

export interface ProxyTls {
  certificate: string | undefined;
  certificateKey: string | undefined;
  trustedCertificate: string | undefined;
  verify: boolean;
  /** Whom to verify; the upstream's own name where it is not set. */
  name: string | undefined;
  /** Whether the name is sent (SNI). */
  sendName: boolean;
}

/** What nginx calls [emerg]: it does not start. */
export class NginxConfigError extends Error {
  override readonly name = 'NginxConfigError';
}

interface Directive {
  name: string;
  values: string[];
  block: Directive[] | undefined;
  line: number;
}

interface Token {
  text: string;
  line: number;
  quoted: boolean;
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  let line = 1;
  for (const [part] of text.matchAll(/\n|#[^\n]*|[{};]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s{};"']+|\s/g)) {
    const quoted = /^["']/.test(part);
    if (quoted || !/^(?:\s|#)/.test(part)) found.push({ text: quoted ? part.slice(1, -1) : part, line, quoted });
    line += part.split('\n').length - 1;
  }
  return found;
}

/** Reads one block; `rest` is shared by its inner blocks. */
function block(rest: Token[], file: string, isOuter: boolean): Directive[] {
  const directives: Directive[] = [];
  for (;;) {
    const first = rest.shift();
    if (!first) {
      if (isOuter) return directives;
      throw new NginxConfigError(`unexpected end of file, expecting "}" in ${file}`);
    }
    const isMark = (token: Token, mark: string) => !token.quoted && token.text === mark;
    if (isMark(first, '}') && !isOuter) return directives;
    const values: string[] = [];
    let end = rest.shift();
    while (end && !['{', '}', ';'].some((mark) => end && isMark(end, mark))) {
      values.push(end.text);
      end = rest.shift();
    }
    if (!end) throw new NginxConfigError(`unexpected end of file, expecting ";" or "}" in ${file}`);
    if (isMark(end, '}')) throw new NginxConfigError(`unexpected "}" in ${file}:${end.line}`);
    const inner = isMark(end, '{') ? block(rest, file, false) : undefined;
    directives.push({ name: first.text, values, block: inner, line: first.line });
  }
}

/** Directives that steer a machine which this nginx has not; they are read and need nothing done. */
const needless = new Set(['user', 'worker_processes', 'events', 'error_log', 'pid', 'access_log', 'sendfile']);

export function parseNginxConfig(text: string, file: string): NginxServer[] {
  const servers: NginxServer[] = [];
  const read = (directives: readonly Directive[]) => {
    for (const directive of directives) {
      if (directive.name === 'http') read(directive.block ?? []);
      else if (directive.name === 'server') servers.push(serverOf(directive, file));
      else if (!needless.has(directive.name)) throw unknown(directive, file);
    }
  };
  read(block(tokens(text), file, true));
  return servers;
}

const unknown = ({ name, line }: Directive, file: string) =>
  new NginxConfigError(`unknown directive "${name}" in ${file}:${line} (this nginx knows those of a reverse proxy)`);

const invalid = ({ name, values, line }: Directive, file: string) =>
  new NginxConfigError(`invalid value "${values.join(' ')}" in "${name}" directive in ${file}:${line}`);

function serverOf({ block: directives = [] }: Directive, file: string): NginxServer {
  const server = { port: 80, names: [] as string[], locations: [] as NginxLocation[] };
  // What stands beside the locations holds in each of them.
  const shared = directives.filter(({ name }) => name.startsWith('proxy_'));
  for (const directive of directives) {
    switch (directive.name) {
      case 'listen':
        server.port = Number(directive.values[0]?.split(':').at(-1));
        if (!(server.port > 0 && server.port < 65536)) throw invalid(directive, file);
        break;
      case 'server_name':
        server.names.push(...directive.values.map((name) => name.toLowerCase()));
        break;
      case 'location':
        server.locations.push(locationOf(directive, shared, file));
        break;
      default:
        if (!shared.includes(directive) && !needless.has(directive.name)) throw unknown(directive, file);
    }
  }
  return server;
}

function locationOf(directive: Directive, shared: readonly Directive[], file: string): NginxLocation {
  const [prefix = '', more] = directive.values;
  if (more !== undefined || !prefix.startsWith('/')) throw invalid(directive, file);
  const all = [...shared, ...(directive.block ?? [])];
  const answer = all.find(({ name }) => name === 'return');
  if (answer) {
    const [status = '', text = ''] = answer.values;
    if (!/^[2-5]\d\d$/.test(status)) throw invalid(answer, file);
    return { prefix, action: { type: 'return', status: Number(status), text } };
  }
  const pass = all.find(({ name }) => name === 'proxy_pass');
  if (!pass)
    throw new NginxConfigError(`location "${prefix}" has neither proxy_pass nor return in ${file}:${directive.line}`);
  return { prefix, action: { type: 'proxy', proxy: proxyOf(pass, all, file) } };
}

function proxyOf(pass: Directive, all: readonly Directive[], file: string): ProxyPass {
  const [, scheme, authority, path] = /^(https?):\/\/([^/]+)(\/.*)?$/.exec(pass.values[0] ?? '') ?? [];
  if (!scheme || !authority) {
    throw new NginxConfigError(`invalid URL prefix in ${file}:${pass.line}`);
  }
  const [host = '', port] = authority.split(':');
  const tls: ProxyTls = {
    certificate: undefined,
    certificateKey: undefined,
    trustedCertificate: undefined,
    verify: false,
    name: undefined,
    sendName: false,
  };
  const headers: (readonly [string, string])[] = [];
  for (const directive of all) {
    const [value = '', second = ''] = directive.values;
    const isOn = () => {
      if (value !== 'on' && value !== 'off') throw invalid(directive, file);
      return value === 'on';
    };
    switch (directive.name) {
      case 'proxy_pass':
        break;
      case 'proxy_http_version':
        // nginx before 1.29.7 spoke HTTP/1.0 to its upstreams unless told otherwise, which Envoy answers with 426.
        if (value !== '1.1') throw invalid(directive, file);
        break;
      case 'proxy_set_header':
        headers.push([value, second]);
        break;
      case 'proxy_ssl_certificate':
        tls.certificate = value;
        break;
      case 'proxy_ssl_certificate_key':
        tls.certificateKey = value;
        break;
      case 'proxy_ssl_trusted_certificate':
        tls.trustedCertificate = value;
        break;
      case 'proxy_ssl_verify':
        tls.verify = isOn();
        break;
      case 'proxy_ssl_name':
        tls.name = value;
        break;
      case 'proxy_ssl_server_name':
        tls.sendName = isOn();
        break;
      default:
        throw unknown(directive, file);
    }
  }
  const secure = scheme === 'https';
  return { secure, host, port: Number(port ?? (secure ? 443 : 80)), authority, path, headers, tls };
}
