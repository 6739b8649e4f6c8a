import { CurlFailure } from './failure.ts';

/** curl's options as far as this curl knows them. Pure. */
export interface CommandLine {
  urls: string[];
  method: string | undefined;
  headers: string[];
  /** -d and its kin, joined by `&`; `@file` is read later. */
  data: { type: 'text' | 'binary' | 'raw' | 'urlencoded' | 'json'; text: string }[];
  outputs: string[];
  writeOut: string;
  values: ReadonlyMap<string, string>;
  /** `--resolve` and `--connect-to`, as they were written. */
  resolves: string[];
  connectTos: string[];
  has(flag: Flag): boolean;
}

const flagNames = {
  s: 'silent',
  S: 'show-error',
  i: 'include',
  I: 'head',
  v: 'verbose',
  k: 'insecure',
  L: 'location',
  f: 'fail',
  G: 'get',
  O: 'remote-name',
  g: 'globoff',
  N: 'no-buffer',
  '4': 'ipv4',
  '6': 'ipv6',
} as const;

const longFlags = [
  ...Object.values(flagNames),
  'fail-with-body',
  'http1.1',
  'http2',
  'http2-prior-knowledge',
  'no-progress-meter',
  'retry-all-errors',
  'retry-connrefused',
  'compressed',
  'no-keepalive',
  'tcp-nodelay',
] as const;

export type Flag = (typeof longFlags)[number];

const valueNames: Record<string, string> = {
  X: 'request',
  d: 'data',
  H: 'header',
  o: 'output',
  w: 'write-out',
  m: 'max-time',
  A: 'user-agent',
  e: 'referer',
  u: 'user',
  b: 'cookie',
  D: 'dump-header',
  r: 'range',
  E: 'cert',
};

const longValues = new Set([
  ...Object.values(valueNames),
  'data-raw',
  'data-binary',
  'data-ascii',
  'data-urlencode',
  'json',
  'connect-timeout',
  'resolve',
  'connect-to',
  'retry',
  'retry-delay',
  'retry-max-time',
  'cacert',
  'key',
  'url',
  'max-redirs',
]);

/** Options of the real one that would do something which is not here. */
const notHere: Record<string, string> = {
  x: 'proxy',
  F: 'form',
  T: 'upload-file',
  c: 'cookie-jar',
  K: 'config',
  Z: 'parallel',
  C: 'continue-at',
  n: 'netrc',
  U: 'proxy-user',
  z: 'time-cond',
  Y: 'speed-limit',
  y: 'speed-time',
  '0': 'http1.0',
  '#': 'progress-bar',
};

const shortNames: Record<string, string> = { ...flagNames, ...valueNames, ...notHere };
const isFlag = (name: string): name is Flag => (longFlags as readonly string[]).includes(name);
const notHereNames = new Set([
  ...Object.values(notHere),
  'socks5',
  'limit-rate',
  'unix-socket',
  'trace',
  'trace-ascii',
  'interface',
  'http3',
  'path-as-is',
  'raw',
]);

const tryHelp = "\ncurl: try 'curl --help' or 'curl --manual' for more information";

const usage = (text: string) => new CurlFailure('usage', `${text}${tryHelp}`);

function unknown(word: string, name: string): CurlFailure {
  if (notHereNames.has(name))
    return new CurlFailure('usage', `option ${word}: the curl of this sandbox does not have it`);
  return usage(`option ${word}: is unknown`);
}

const secondsOptions = new Set(['max-time', 'connect-timeout']);
const wholeOptions = new Set(['retry', 'retry-delay', 'retry-max-time', 'max-redirs']);
/** What some options take for the name of a file to read. */
const readsFile: Record<string, (value: string) => boolean> = {
  header: (value) => value.startsWith('@'),
  cookie: (value) => !value.includes('='),
};

/** Values that curl itself calls nonsense, and those that would read a file where this curl does not. */
function requireSense(name: string, value: string, word: string): void {
  if (secondsOptions.has(name) || wholeOptions.has(name)) {
    const number = secondsOptions.has(name) ? /^\d+(\.\d*)?$/ : /^\d+$/;
    // Any negative number of redirects stands for no limit.
    const isSigned = name === 'max-redirs' ? /^-\d+$/.test(value) : false;
    const isNegative = !isSigned && /^-\d/.test(value);
    if (isNegative) throw usage(`option ${word}: expected a positive numerical parameter`);
    if (!isSigned && !number.test(value)) throw usage(`option ${word}: expected a proper numerical parameter`);
  }
  if (readsFile[name]?.(value)) {
    throw new CurlFailure('usage', `option ${word}: the curl of this sandbox does not read it from a file`);
  }
}

/** Throws CurlFailure 2 for anything that is no option here. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const flags = new Set<Flag>();
  const values = new Map<string, string>();
  const lists = {
    headers: [] as string[],
    outputs: [] as string[],
    resolves: [] as string[],
    connectTos: [] as string[],
  };
  const urls: string[] = [];
  const data: CommandLine['data'] = [];
  const give = (name: string, value: string, word: string) => {
    requireSense(name, value, word);
    switch (name) {
      case 'header':
        return void lists.headers.push(value);
      case 'output':
        return void lists.outputs.push(value);
      case 'resolve':
        return void lists.resolves.push(value);
      case 'connect-to':
        return void lists.connectTos.push(value);
      case 'url':
        return void urls.push(value);
      case 'data':
      case 'data-ascii':
        return void data.push({ type: 'text', text: value });
      case 'data-raw':
        return void data.push({ type: 'raw', text: value });
      case 'data-binary':
        return void data.push({ type: 'binary', text: value });
      case 'data-urlencode':
        return void data.push({ type: 'urlencoded', text: value });
      case 'json':
        return void data.push({ type: 'json', text: value });
      default:
        values.set(name, value);
    }
  };
  const rest = [...args];
  const valueFor = (word: string) => {
    const value = rest.shift();
    if (value === undefined) throw usage(`option ${word}: requires parameter`);
    return value;
  };
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') urls.push(...rest.splice(0));
    else if (word.startsWith('--')) {
      const name = word.slice(2);
      if (isFlag(name)) flags.add(name);
      else if (longValues.has(name)) give(name, valueFor(word), word);
      else throw unknown(word, name);
    } else if (/^-./.test(word)) {
      readLetters(word, {
        flag: (name) => flags.add(name),
        value: (name, text, letter) => give(name, text ?? valueFor(word), letter),
      });
    } else urls.push(word);
  }
  return {
    urls,
    method: values.get('request'),
    data,
    writeOut: values.get('write-out') ?? '',
    values,
    ...lists,
    has: (flag) => flags.has(flag),
  };
}

/** `-sSo /dev/null`: letters, the last of which may have its value attached or in the next word. */
function readLetters(
  word: string,
  to: { flag(name: Flag): void; value(name: string, text: string | undefined, word: string): void },
): void {
  for (let at = 1; at < word.length; at += 1) {
    const letter = word[at] ?? '';
    const name = shortNames[letter] ?? '';
    if (isFlag(name)) {
      to.flag(name);
      continue;
    }
    if (!(letter in valueNames)) throw unknown(`-${letter}`, name);
    to.value(name, word.slice(at + 1) || undefined, `-${letter}`);
    return;
  }
}

/** Seconds with a fraction, in milliseconds. */
export function millisecondsOf(line: CommandLine, name: string): number | undefined {
  const text = line.values.get(name);
  return text === undefined ? undefined : Number(text) * 1000;
}
