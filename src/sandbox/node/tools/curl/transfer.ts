import type { ByteSink } from '../../processes/byte-stream.ts';
import { FileError } from '../../processes/file-tree.ts';
import type { Process } from '../../processes/process.ts';
import { pathIn } from '../options.ts';
import type { CommandLine } from './command-line.ts';
import { type Connection, connect } from './connection.ts';
import { Decoder } from './decoder.ts';
import { exchange, type Incoming } from './exchange.ts';
import { CurlFailure } from './failure.ts';
import type { Measured, Meter } from './report.ts';
import { bodyOf, type Outgoing, outgoingOf } from './request.ts';

/** Where curl talks to the person who runs it: standard error, more or less of it. */
export interface Console {
  raw(text: string): Promise<void>;
  complain(text: string): Promise<void>;
  warn(text: string): Promise<void>;
  /** Only with -v. */
  say(text: string): Promise<void>;
  showsMeter(output: string | undefined): boolean;
}

export interface TransferParts {
  screen: Console;
  meter: Meter;
  /** Filled in as the transfer goes on. */
  measured: Measured;
  /** Aborts, with the failure as its reason, when the time is up. */
  late: AbortSignal;
}

function parseUrl(text: string): URL {
  const [, scheme] = /^([A-Za-z][\w+.-]*):\/\//.exec(text) ?? [];
  if (scheme !== undefined && !/^https?$/i.test(scheme)) {
    throw new CurlFailure('unsupported-protocol', `Protocol "${scheme}" not supported or disabled in libcurl`);
  }
  try {
    return new URL(scheme === undefined ? `http://${text}` : text);
  } catch {
    throw new CurlFailure('bad-url', 'URL using bad/illegal format or missing URL');
  }
}

/** curl makes several URLs of `{a,b}` and `[1-3]`; an address of IPv6 stands in brackets, too. */
function refuseGlob(line: CommandLine, text: string): void {
  if (line.has('globoff') || !/[{}[\]]/.test(text.replace(/^(\w+:\/\/)?\[[\da-fA-F:.]+\]/, ''))) return;
  throw new CurlFailure(
    'usage',
    'the curl of this sandbox makes no URLs of {} and []; with -g it takes them as they are',
  );
}

const redirects = new Set([301, 302, 303, 307, 308]);
const headerOf = ({ headers }: Incoming, name: string) => headers.find(([one]) => one.toLowerCase() === name)?.[1];

/** One URL, with the redirects that -L follows. Throws CurlFailure. */
export async function transfer(
  process: Process,
  line: CommandLine,
  text: string,
  output: string | undefined,
  parts: TransferParts,
): Promise<void> {
  const { measured, screen } = parts;
  refuseGlob(line, text);
  let url = parseUrl(text);
  const body = await bodyOf(process, line, (warning) => screen.warn(warning));
  let outgoing = outgoingOf(line, url, body);
  const sinks = openOutput(process, line, url, output);
  measured.output = sinks.name;
  const mostRedirects = Number(line.values.get('max-redirs') ?? 50);
  const startedAt = process.system.clock.now();
  for (;;) {
    const next = await oneRequest(process, line, url, outgoing, sinks, parts);
    if (next === undefined) return;
    if (!line.has('location')) {
      measured.redirectUrl = next.href;
      return;
    }
    if (measured.redirects >= mostRedirects) {
      throw new CurlFailure('too-many-redirects', `Maximum (${mostRedirects}) redirects followed`);
    }
    measured.redirects += 1;
    measured.redirectMs = process.system.clock.now() - startedAt;
    await screen.say(`* Issue another request to this URL: '${next.href}'`);
    url = next;
    // Browsers made it so: a POST that is sent elsewhere goes on as a GET.
    const becomesGet =
      outgoing.method === 'POST' && [301, 302, 303].includes(measured.status) && line.method === undefined;
    outgoing = outgoingOf(becomesGet ? { ...line, data: [] } : line, url, becomesGet ? undefined : body);
  }
}

interface Output {
  name: string;
  body: ByteSink;
  /** -D; the body's sink where -i or -I ask for the head. */
  head: ByteSink | undefined;
  dump: ByteSink | undefined;
  isTerminal: boolean;
}

function fileSink(process: Process, name: string): ByteSink {
  const path = pathIn(process, name);
  let isOpen = false;
  return {
    async write(bytes) {
      try {
        process.system.files.write(path, Buffer.from(bytes), { append: isOpen });
        isOpen = true;
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        await process.stderr.write(`Warning: Failed to open the file ${name}: ${error.message}\n`);
        throw new CurlFailure('write-error', 'Failure writing output to destination');
      }
    },
  };
}

function openOutput(process: Process, line: CommandLine, url: URL, output: string | undefined): Output {
  const remoteName = line.has('remote-name') ? url.pathname.split('/').at(-1) : undefined;
  if (remoteName === '') throw new CurlFailure('write-error', 'Remote file name has no length!');
  const name = output ?? remoteName ?? '-';
  const sink = (path: string) => (path === '-' || path === '/dev/stdout' ? process.stdout : fileSink(process, path));
  const body = sink(name);
  const dumped = line.values.get('dump-header');
  return {
    name: name === '-' ? '' : name,
    body,
    head: line.has('include') || line.has('head') ? body : undefined,
    dump: dumped === undefined ? undefined : sink(dumped),
    isTerminal: name === '-' && process.terminal !== undefined,
  };
}

/** Answers where the response sends it on to, if it does. */
async function oneRequest(
  process: Process,
  line: CommandLine,
  url: URL,
  outgoing: Outgoing,
  output: Output,
  parts: TransferParts,
): Promise<URL | undefined> {
  const { measured, screen, meter, late } = parts;
  if (line.has('http2') && url.protocol === 'http:') {
    throw new CurlFailure(
      'usage',
      'option --http2: the curl of this sandbox has it for https:// only, without an upgrade',
    );
  }
  const { clock } = process.system;
  const startedAt = clock.now();
  Object.assign(measured, {
    urlEffective: url.href,
    scheme: url.protocol.slice(0, -1).toUpperCase(),
    method: outgoing.method,
  });
  await meter.begin();
  const connection = await connect(process, line, url, async (text) => {
    late.throwIfAborted();
    await screen.say(text);
  });
  const end = () => connection.socket.destroy();
  if (late.aborted) end();
  late.throwIfAborted();
  late.addEventListener('abort', end, { once: true });
  try {
    noteConnection(measured, connection, clock.now() - startedAt);
    await tellRequest(screen, outgoing, connection, output);
    const incoming = await exchange(connection, outgoing, url.protocol.slice(0, -1));
    measured.starttransferMs = clock.now() - startedAt;
    await tellHead(screen, incoming, output);
    noteHead(measured, incoming, outgoing);
    const location = headerOf(incoming, 'location');
    const next = redirects.has(incoming.status) && location !== undefined ? parseNext(location, url) : undefined;
    await receive(line, incoming, outgoing, output, parts, next !== undefined && line.has('location'));
    await screen.say(
      `* ${incoming.httpVersion === '1.0' ? 'Closing connection 0' : `Connection #0 to host ${url.hostname} left intact`}`,
    );
    return next;
  } finally {
    late.removeEventListener('abort', end);
    end();
  }
}

function parseNext(location: string, base: URL): URL {
  try {
    return new URL(location, base);
  } catch {
    throw new CurlFailure('bad-url', 'URL using bad/illegal format or missing URL');
  }
}

function noteConnection(measured: Measured, connection: Connection, tookMs: number): void {
  const { ip, port, socket, namelookupMs, connectMs, appconnectMs } = connection;
  Object.assign(measured, {
    remoteIp: ip,
    remotePort: port,
    localPort: socket.localPort ?? 0,
    namelookupMs,
    connectMs,
    appconnectMs,
  });
  measured.connects += 1;
  measured.pretransferMs = tookMs;
}

function noteHead(measured: Measured, incoming: Incoming, outgoing: Outgoing): void {
  measured.status = incoming.status;
  measured.httpVersion = incoming.httpVersion === '1.0' ? '1' : incoming.httpVersion;
  measured.contentType = headerOf(incoming, 'content-type') ?? '';
  measured.headers = new Map(incoming.headers.map(([name, value]) => [name.toLowerCase(), value]));
  measured.sizeHeader += headText(incoming).length;
  measured.sizeUpload = outgoing.body?.length ?? 0;
  measured.sizeRequest += requestText(outgoing, '1.1').length;
}

const headText = ({ statusLine, headers }: Incoming) =>
  `${statusLine}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;

const requestText = ({ method, path, headers }: Outgoing, version: string) =>
  `${method} ${path} HTTP/${version}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;

async function tellRequest(
  screen: Console,
  outgoing: Outgoing,
  { isHttp2 }: Connection,
  output: Output,
): Promise<void> {
  const text = requestText(outgoing, isHttp2 ? '2' : '1.1');
  await screen.say(text.replaceAll(/^(?=[^\n])/gm, '> ').replace(/\n$/, ''));
  if (outgoing.body && !output.isTerminal) await screen.say(`} [${outgoing.body.length} bytes data]`);
}

async function tellHead(screen: Console, incoming: Incoming, output: Output): Promise<void> {
  const text = headText(incoming);
  await screen.say(text.replaceAll(/^(?=[^\n])/gm, '< ').replace(/\n$/, ''));
  await output.dump?.write(text);
  await output.head?.write(text);
}

async function receive(
  line: CommandLine,
  incoming: Incoming,
  { method }: Outgoing,
  output: Output,
  { measured, screen }: TransferParts,
  isSkipped: boolean,
): Promise<void> {
  const isError = incoming.status >= 400;
  if (isError && line.has('fail')) {
    incoming.body.on('error', () => {}).resume();
    throw new CurlFailure('http-error', `The requested URL returned error: ${incoming.status}`);
  }
  const encoding = line.has('compressed') ? headerOf(incoming, 'content-encoding') : undefined;
  const decoder = encoding === undefined || isSkipped ? undefined : new Decoder(encoding, output.body);
  try {
    for await (const chunk of incoming.body as AsyncIterable<Buffer>) {
      measured.sizeDownload += chunk.length;
      if (!output.isTerminal) await screen.say(`{ [${chunk.length} bytes data]`);
      if (isSkipped) continue;
      await (decoder ?? output.body).write(chunk);
    }
    await decoder?.end();
  } catch (error) {
    if (error instanceof CurlFailure || !(error instanceof Error) || !('code' in error)) throw error;
    throw cutOff(incoming, measured.sizeDownload);
  }
  const length = headerOf(incoming, 'content-length');
  if (method !== 'HEAD' && length !== undefined && measured.sizeDownload < Number(length) && incoming.status !== 304) {
    throw cutOff(incoming, measured.sizeDownload);
  }
  if (isError && line.has('fail-with-body')) {
    throw new CurlFailure('http-error', `The requested URL returned error: ${incoming.status}`);
  }
}

function cutOff(incoming: Incoming, received: number): CurlFailure {
  const length = headerOf(incoming, 'content-length');
  const what = length === undefined ? 'outstanding read data' : `${Number(length) - received} bytes`;
  return new CurlFailure(
    'partial-file',
    `transfer closed with ${what} remaining${length === undefined ? '' : ' to read'}`,
  );
}
