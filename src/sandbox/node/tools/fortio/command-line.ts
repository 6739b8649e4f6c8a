import { isFieldValue, isToken } from '../../../network/http-fields.ts';
import { asBytes } from '../options.ts';

/** Flags of `fortio load`, as Go's flag package reads them: `-c 3`, `-c=3`, `--c 3`. Pure. */
export interface LoadOptions {
  url: string;
  connections: number;
  /** 0 or less: as fast as it goes. */
  qps: number;
  /** Undefined: for a duration. */
  exactly: number | undefined;
  durationMs: number;
  logLevel: LogLevel;
  headers: string[];
  payload: string | undefined;
  resolution: number;
  percentiles: number[];
  allowsInitialErrors: boolean;
  keepsAlive: boolean;
  contentType: string | undefined;
  userAgent: string | undefined;
  timeoutMs: number;
  method: string | undefined;
}

export const logLevels = ['Debug', 'Verbose', 'Info', 'Warning', 'Error', 'Critical', 'Fatal'] as const;
export type LogLevel = (typeof logLevels)[number];

export class FortioUsage extends Error {
  override readonly name = 'FortioUsage';
}

const switches = new Set(['allow-initial-errors', 'keepalive']);
const valued = new Set([
  'c',
  'qps',
  'n',
  't',
  'loglevel',
  'H',
  'payload',
  'r',
  'p',
  'timeout',
  'X',
  'content-type',
  'user-agent',
]);
/** Flags whose effect is not here. */
const refused = new Set([
  'grpc',
  'ping',
  'h2',
  'json',
  'a',
  'stdclient',
  'static',
  'healthservice',
  's',
  'k',
  'data-dir',
  'http1.0',
  'quiet',
  'uniform',
  'jitter',
  'nocatchup',
  'connection-reuse',
  'labels',
  'runid',
  'gomaxprocs',
  'maxpayloadsizekb',
]);

const wholeFlags = new Set(['c', 'n']);

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, us: 0.001 };

/** Go's duration: `1m30s`, `500ms`. */
export function goDurationMs(text: string): number {
  if (!/^(\d+(\.\d+)?(ms|us|s|m|h))+$/.test(text))
    throw new FortioUsage(`invalid value "${text}" for flag -t: parse error`);
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|us|s|m|h)/g)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * (unitMs[unit ?? ''] ?? 0),
    0,
  );
}

/** What becomes part of a request's head. */
function requireSendable(flag: string, value: string): void {
  const [name = ''] = value.split(':', 1);
  const isSound =
    flag === 'H'
      ? isToken(name.trim()) && isFieldValue(asBytes(value))
      : flag === 'X'
        ? isToken(value)
        : !['content-type', 'user-agent'].includes(flag) || isFieldValue(asBytes(value));
  if (!isSound)
    throw new FortioUsage(`invalid value ${JSON.stringify(value)} for flag -${flag}: HTTP allows no such text`);
}

export function readLoadOptions(args: readonly string[]): LoadOptions {
  const values = new Map<string, string>();
  const on = new Set<string>();
  const headers: string[] = [];
  const rest = [...args];
  while (/^-./.test(rest[0] ?? '')) {
    const word = rest.shift() ?? '';
    const [name = '', ...attached] = word.replace(/^--?/, '').split('=');
    if (refused.has(name))
      throw new FortioUsage(
        `flag -${name}: the fortio of this sandbox does not have it; it loads over HTTP/1.1 and TCP`,
      );
    if (switches.has(name)) {
      if (attached[0] !== 'false') on.add(name);
      else on.delete(name);
      if (name === 'keepalive' && attached[0] === 'false') on.add('no-keepalive');
      continue;
    }
    if (!valued.has(name)) throw new FortioUsage(`flag provided but not defined: -${name}`);
    const value = attached.length > 0 ? attached.join('=') : rest.shift();
    if (value === undefined) throw new FortioUsage(`flag needs an argument: -${name}`);
    requireSendable(name, value);
    if (name === 'H') headers.push(value);
    else values.set(name, value);
  }
  const [url] = rest;
  if (url === undefined) throw new FortioUsage('Error: fortio load needs a url or destination');
  const number = (name: string, otherwise: number) => {
    const text = values.get(name);
    if (text === undefined) return otherwise;
    const form = wholeFlags.has(name) ? /^[-+]?\d+$/ : /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
    if (!form.test(text)) throw new FortioUsage(`invalid value "${text}" for flag -${name}: parse error`);
    return Number(text);
  };
  const percentiles = (values.get('p') ?? '50,75,90,99,99.9').split(',').map((text) => Number(text || Number.NaN));
  if (percentiles.some(Number.isNaN))
    throw new FortioUsage(`Unable to extract percentiles from -p: ${values.get('p')}`);
  const resolution = number('r', 0.001);
  if (resolution <= 0) throw new FortioUsage(`invalid value "${values.get('r')}" for flag -r: it is more than 0`);
  const level = (values.get('loglevel') ?? 'Info').toLowerCase();
  const exactly = number('n', 0);
  return {
    url,
    connections: Math.max(1, number('c', 4)),
    qps: number('qps', 8),
    exactly: exactly > 0 ? exactly : undefined,
    durationMs: goDurationMs(values.get('t') ?? '5s'),
    logLevel: logLevels.find((one) => one.toLowerCase() === level) ?? 'Info',
    headers,
    payload: values.get('payload'),
    resolution,
    percentiles,
    allowsInitialErrors: on.has('allow-initial-errors'),
    keepsAlive: !on.has('no-keepalive'),
    contentType: values.get('content-type'),
    userAgent: values.get('user-agent'),
    timeoutMs: goDurationMs(values.get('timeout') ?? '3s'),
    method: values.get('X'),
  };
}
