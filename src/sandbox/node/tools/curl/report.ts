import { FileError } from '../../processes/file-tree.ts';
import type { Process } from '../../processes/process.ts';
import { fileOf } from '../options.ts';
import type { CurlFailure } from './failure.ts';

/** What curl measured of one URL; times in milliseconds from its start. */
export interface Measured {
  url: string;
  urlEffective: string;
  scheme: string;
  method: string;
  status: number;
  httpVersion: string;
  contentType: string;
  redirectUrl: string;
  redirects: number;
  connects: number;
  remoteIp: string;
  remotePort: number;
  localPort: number;
  sizeDownload: number;
  sizeUpload: number;
  sizeHeader: number;
  sizeRequest: number;
  namelookupMs: number;
  connectMs: number;
  appconnectMs: number;
  pretransferMs: number;
  starttransferMs: number;
  redirectMs: number;
  totalMs: number;
  output: string;
  headers: ReadonlyMap<string, string>;
}

export const nothingMeasured = (url: string): Measured => ({
  url,
  urlEffective: url,
  scheme: 'HTTP',
  method: 'GET',
  status: 0,
  httpVersion: '0',
  contentType: '',
  redirectUrl: '',
  redirects: 0,
  connects: 0,
  remoteIp: '',
  remotePort: 0,
  localPort: 0,
  sizeDownload: 0,
  sizeUpload: 0,
  sizeHeader: 0,
  sizeRequest: 0,
  namelookupMs: 0,
  connectMs: 0,
  appconnectMs: 0,
  pretransferMs: 0,
  starttransferMs: 0,
  redirectMs: 0,
  totalMs: 0,
  output: '',
  headers: new Map(),
});

const seconds = (ms: number) => (ms / 1000).toFixed(6);

const variables: Record<string, (of: Measured, process: Process, failure: CurlFailure | undefined) => string | number> =
  {
    content_type: (of) => of.contentType,
    errormsg: (_of, _process, failure) => failure?.message ?? '',
    exitcode: (_of, _process, failure) => failure?.exitCode ?? 0,
    filename_effective: (of) => of.output,
    http_code: (of) => String(of.status).padStart(3, '0'),
    http_connect: () => '000',
    http_version: (of) => of.httpVersion,
    local_ip: (of, process) => (of.connects > 0 ? process.sockets.podIp : ''),
    local_port: (of) => of.localPort,
    method: (of) => of.method,
    num_connects: (of) => of.connects,
    num_headers: (of) => of.headers.size,
    num_redirects: (of) => of.redirects,
    redirect_url: (of) => of.redirectUrl,
    remote_ip: (of) => of.remoteIp,
    remote_port: (of) => of.remotePort,
    response_code: (of) => String(of.status).padStart(3, '0'),
    scheme: (of) => of.scheme,
    size_download: (of) => of.sizeDownload,
    size_header: (of) => of.sizeHeader,
    size_request: (of) => of.sizeRequest,
    size_upload: (of) => of.sizeUpload,
    speed_download: (of) => (of.totalMs > 0 ? Math.round((of.sizeDownload * 1000) / of.totalMs) : 0),
    speed_upload: (of) => (of.totalMs > 0 ? Math.round((of.sizeUpload * 1000) / of.totalMs) : 0),
    ssl_verify_result: () => 0,
    time_appconnect: (of) => seconds(of.appconnectMs),
    time_connect: (of) => seconds(of.connectMs),
    time_namelookup: (of) => seconds(of.namelookupMs),
    time_pretransfer: (of) => seconds(of.pretransferMs),
    time_redirect: (of) => seconds(of.redirectMs),
    time_starttransfer: (of) => seconds(of.starttransferMs),
    time_total: (of) => seconds(of.totalMs),
    url: (of) => of.url,
    url_effective: (of) => of.urlEffective,
    urlnum: () => 0,
  };

/** -w: `%{name}`, `%header{name}`, `%{stderr}`, `%%` and backslash sequences. */
export async function writeOut(
  process: Process,
  format: string,
  measured: Measured,
  failure: CurlFailure | undefined,
): Promise<void> {
  const text = format.startsWith('@') ? await formatFile(process, format.slice(1)) : format;
  let sink = process.stdout;
  const piece = /%%|%\{(\w+)\}|%header\{([^}]*)\}|\\([\s\S])|[^%\\]+|[\s\S]/g;
  for (const [whole, name, header, escaped] of text.matchAll(piece)) {
    const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t' };
    if (name === 'stderr') sink = process.stderr;
    else if (name === 'stdout') sink = process.stdout;
    else if (name !== undefined) {
      const variable = variables[name];
      if (variable) await sink.write(String(variable(measured, process, failure)));
      else await process.stderr.write(`curl: unknown --write-out variable: '${name}'\n`);
    } else if (header !== undefined) await sink.write(measured.headers.get(header.toLowerCase()) ?? '');
    else if (escaped !== undefined) await sink.write(escapes[escaped] ?? `\\${escaped}`);
    else await sink.write(whole === '%%' ? '%' : whole);
  }
}

async function formatFile(process: Process, path: string): Promise<string> {
  try {
    return (await fileOf(process, path)).toString();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return '';
  }
}

const idleMeter = '  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0';

/**
 * The progress meter, which curl shows when its output is no terminal and -s is not given: the first line at its start, the
 * last one at its end. Between them it would be drawn once a second; a sandbox is quicker than that.
 */
export class Meter {
  readonly #write: (text: string) => Promise<void>;
  readonly #isShown: boolean;
  #isBegun = false;

  constructor(write: (text: string) => Promise<void>, isShown: boolean) {
    this.#write = write;
    this.#isShown = isShown;
  }

  async begin(): Promise<void> {
    if (!this.#isShown || this.#isBegun) return;
    this.#isBegun = true;
    await this.#write(
      '  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n' +
        `                                 Dload  Upload   Total   Spent    Left  Speed\n\r${idleMeter}`,
    );
  }

  async end(of: Measured): Promise<void> {
    if (!this.#isShown) return;
    const cell = (bytes: number) => (bytes < 100_000 ? String(bytes) : `${Math.floor(bytes / 1024)}k`).padStart(5);
    const perSecond = (bytes: number) => cell(of.totalMs > 0 ? Math.round((bytes * 1000) / of.totalMs) : 0);
    const total = of.sizeDownload + of.sizeUpload;
    const part = (bytes: number) => `${bytes > 0 ? '100' : '  0'} ${cell(bytes)}`;
    const line =
      total === 0
        ? idleMeter
        : `100 ${cell(total)}  ${part(of.sizeDownload)}  ${part(of.sizeUpload)} ${perSecond(of.sizeDownload).padStart(6)} ${perSecond(of.sizeUpload).padStart(6)} --:--:-- --:--:-- --:--:-- ${perSecond(total)}`;
    await this.#write(`\r${line}\n`);
  }
}
