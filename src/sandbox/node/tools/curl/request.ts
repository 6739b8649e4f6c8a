import { isFieldValue, isToken } from '../../../network/http-fields.ts';
import { FileError } from '../../processes/file-tree.ts';
import type { Process } from '../../processes/process.ts';
import { asBytes, fileOf } from '../options.ts';
import type { CommandLine } from './command-line.ts';
import { CurlFailure } from './failure.ts';

/** What goes out: method, path, headers in curl's order, body. */
export interface Outgoing {
  method: string;
  path: string;
  /** Host first; names as they are written. */
  headers: [name: string, value: string][];
  body: Buffer | undefined;
}

export const userAgent = 'curl/7.88.1';

/** All of -d, --data-raw, --data-urlencode and so on, joined as curl joins them. Undefined where there is none. */
export async function bodyOf(
  process: Process,
  line: CommandLine,
  warn: (text: string) => Promise<void>,
): Promise<Buffer | undefined> {
  if (line.data.length === 0) return undefined;
  const parts: Buffer[] = [];
  for (const { type, text } of line.data) {
    if (parts.length > 0 && type !== 'json') parts.push(Buffer.from('&'));
    if (type === 'raw' || (type !== 'urlencoded' && !text.startsWith('@'))) {
      parts.push(Buffer.from(text));
    } else if (type === 'urlencoded') {
      const [, name = '', value = ''] = /^([^=]*=)?([\s\S]*)$/.exec(text) ?? [];
      parts.push(Buffer.from(`${name === '=' ? '' : name}${encodeURIComponent(value).replaceAll('%20', '+')}`));
    } else {
      const bytes = await dataFile(process, text.slice(1), warn);
      // -d strips what would be a line's end in a form.
      parts.push(type === 'text' ? Buffer.from(bytes.toString('latin1').replaceAll(/[\r\n\0]/g, ''), 'latin1') : bytes);
    }
  }
  return Buffer.concat(parts);
}

async function dataFile(process: Process, path: string, warn: (text: string) => Promise<void>): Promise<Buffer> {
  try {
    return await fileOf(process, path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    await warn(`Couldn't read data from file "${path}", this makes an empty POST.`);
    return Buffer.alloc(0);
  }
}

export function outgoingOf(line: CommandLine, url: URL, body: Buffer | undefined): Outgoing {
  const isGet = line.has('get');
  const query = isGet && body ? `${url.search ? `${url.search}&` : '?'}${body}` : url.search;
  const sent = isGet ? undefined : body;
  const isJson = line.data.some(({ type }) => type === 'json');
  const user = line.values.get('user');
  const standard: [string, string | undefined][] = [
    ['Host', url.host],
    [
      'Authorization',
      user === undefined
        ? undefined
        : `Basic ${Buffer.from(user.includes(':') ? user : `${user}:`).toString('base64')}`,
    ],
    ['Range', line.values.has('range') ? `bytes=${line.values.get('range')}` : undefined],
    ['User-Agent', line.values.get('user-agent') ?? userAgent],
    ['Accept', '*/*'],
    ['Accept-Encoding', line.has('compressed') ? 'deflate, gzip' : undefined],
    ['Referer', line.values.get('referer')],
    ['Cookie', line.values.get('cookie')],
  ];
  const late: [string, string | undefined][] = [
    ['Content-Length', sent === undefined ? undefined : String(sent.length)],
    ['Content-Type', sent === undefined ? undefined : 'application/x-www-form-urlencoded'],
  ];
  // --json is a short way to write two headers.
  const json = isJson ? ['Content-Type: application/json', 'Accept: application/json'] : [];
  const named = (text: string) => text.split(/[:;]/, 1)[0]?.trim().toLowerCase();
  const missing = json.filter((text) => !line.headers.some((own) => named(own) === named(text)));
  const own = [...missing, ...line.headers].flatMap(ownHeader);
  const isOwn = (name: string) => own.some(([other]) => other.toLowerCase() === name.toLowerCase());
  const present = (headers: [string, string | undefined][]) =>
    headers.flatMap(([name, value]): [string, string][] =>
      value === undefined || value === '' || isOwn(name) ? [] : [[name, value]],
    );
  const set = own.filter((header): header is [string, string] => header[1] !== undefined);
  const host = set.filter(([name]) => name.toLowerCase() === 'host');
  const others = set.filter(([name]) => name.toLowerCase() !== 'host');
  const method = line.method ?? (line.has('head') ? 'HEAD' : sent === undefined ? 'GET' : 'POST');
  const headers = [...host, ...present(standard), ...others, ...present(late)];
  refuseUnsendable(method, headers);
  return { method, path: `${url.pathname}${query}`, headers, body: sent };
}

/** curl sends any text that it is given; here an HTTP client stands between, which does not. */
function refuseUnsendable(method: string, headers: readonly [name: string, value: string][]): void {
  const refuse = (what: string) =>
    new CurlFailure('usage', `the curl of this sandbox sends no ${what}, which HTTP does not allow`);
  if (!isToken(method)) throw refuse(`method '${method}'`);
  for (const [name, value] of headers) {
    if (!isToken(name)) throw refuse(`header '${name}'`);
    if (!isFieldValue(asBytes(value))) throw refuse(`control characters in header '${name}'`);
  }
}

/** `Name: value`; `Name:` takes a standard header away, `Name;` sends it empty. */
function ownHeader(text: string): [string, string | undefined][] {
  const [, name = '', mark, value = ''] = /^([^:;]+)([:;])\s*([\s\S]*)$/.exec(text) ?? [];
  if (name === '') return [];
  return [[name.trim(), mark === ';' ? '' : value.trim() === '' ? undefined : value.trim()]];
}
