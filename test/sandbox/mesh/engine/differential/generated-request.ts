import { integerBetween, pick, type Random } from '../../../../../src/platform/random.ts';

/** How the app is to answer, told to it in a header of the request. */
export interface AnswerPlan {
  status: number;
  headers: [string, string][];
  framing: 'none' | 'length' | 'chunked' | 'until-close';
  /** Sizes of the pieces in which the body is written. */
  pieces: number[];
  trailers: [string, string][];
  /** Before the request's body has been read. */
  isEarly: boolean;
  interim: boolean;
  fate: 'complete' | 'dies-before' | 'dies-after-head';
}

export interface GeneratedRequest {
  id: string;
  method: string;
  /** As it goes over the wire; the head apart, because a client may wait for 100 (Continue) between the two. */
  head: Buffer;
  body: Buffer;
  awaitsContinue: boolean;
  plan: AnswerPlan;
}

/** What one client does on one connection. */
export interface Scenario {
  seed: number;
  requests: GeneratedRequest[];
  /** All at once, or each after the answer to the one before. */
  isPipelined: boolean;
  /** Where the bytes are cut on their way out: sizes of the writes, again from the start when used up. */
  cuts: number[];
  /** Leaves in the middle of the last request. */
  leavesEarly: boolean;
}

const chance = (random: Random, share: number) => random.next() < share;
const among = <T>(random: Random, values: readonly T[]): T => pick(random, values) as T;
const times = <T>(random: Random, most: number, make: () => T): T[] =>
  Array.from({ length: integerBetween(random, 0, most + 1) }, make);

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const tokenCharacters = `${letters}!#$%&'*+-.^_\`|~`;
const pathCharacters = `${letters}-._~!$&'()*+,;=:@`;

const text = (random: Random, characters: string, least: number, most: number) =>
  Array.from({ length: integerBetween(random, least, most + 1) }, () => among(random, [...characters])).join('');

/** Field values: visible characters, inner blanks, bytes above ASCII, nothing at all. */
function fieldValue(random: Random): string {
  const visible = Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at)).join('');
  const words = times(random, 4, () => text(random, `${visible}\xa1\xe9\xff`, 1, 12));
  return words.join(among(random, [' ', '  ', '\t']));
}

const blanks = (random: Random) => among(random, ['', ' ', ' ', ' ', '  ', '\t']);
/** node:http is stricter than the standard with blanks after the fields that frame a message. */
const framingFields = new Set(['Transfer-Encoding', 'Content-Length']);
const line = (random: Random, [name, value]: [string, string]) =>
  `${name}:${blanks(random)}${value}${!framingFields.has(name) && chance(random, 0.1) ? ' \t' : ''}\r\n`;

function fields(random: Random, most: number): [string, string][] {
  const made = times(random, most, (): [string, string] => [
    chance(random, 0.2)
      ? among(random, ['User-Agent', 'Accept', 'Cookie', 'X-Forwarded-For', 'Referer', 'Via', 'Range', 'If-Match'])
      : `X-${text(random, tokenCharacters, 1, 12)}`,
    fieldValue(random),
  ]);
  const again = made[0];
  return again && chance(random, 0.2) ? [...made, [again[0].toUpperCase(), fieldValue(random)]] : made;
}

function target(random: Random): string {
  const segments = times(random, 4, () =>
    chance(random, 0.2) ? `%${among(random, ['2F', '41', 'e9', '00'])}` : text(random, pathCharacters, 0, 8),
  );
  const query = chance(random, 0.3) ? `?${text(random, `${pathCharacters}/?`, 0, 20)}` : '';
  const path = `/${segments.join('/')}${query}`;
  return chance(random, 0.05) ? `http://app.test${path}` : path;
}

const bodySize = (random: Random): number =>
  chance(random, 0.015) ? integerBetween(random, 50_000, 1_000_000) : integerBetween(random, 0, 400);

/** Bytes that look like anything, line ends and whole requests included. */
function bytes(random: Random, size: number): Buffer {
  const pattern = Buffer.from(
    `GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n0\r\n\r\n${text(random, letters, 5, 50)}\xff`,
    'latin1',
  );
  return Buffer.alloc(size, pattern);
}

function chunked(random: Random, content: Buffer): Buffer {
  const parts: (Buffer | string)[] = [];
  for (let at = 0; at < content.length; ) {
    const size = Math.min(content.length - at, integerBetween(random, 1, 1 + among(random, [5, 100, 70_000])));
    const digits = among(random, [size.toString(16), size.toString(16).toUpperCase(), `00${size.toString(16)}`]);
    const extension = chance(random, 0.1) ? `;${text(random, letters, 1, 5)}=${text(random, letters, 1, 5)}` : '';
    parts.push(`${digits}${extension}\r\n`, content.subarray(at, at + size), '\r\n');
    at += size;
  }
  parts.push('0\r\n', ...(chance(random, 0.3) ? trailers(random).map((trailer) => line(random, trailer)) : []), '\r\n');
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
}

const trailers = (random: Random): [string, string][] =>
  times(random, 3, () => [`X-Trailer-${text(random, letters, 1, 5)}`, fieldValue(random)]);

/**
 * Where in its scenario a request stands. node:http handles pipelined requests side by side: interim answers go out of
 * turn, into the middle of an earlier answer, and an app that dies takes earlier answers along.
 */
interface Place {
  isLast: boolean;
  isPipelined: boolean;
}

const statuses = [200, 200, 200, 200, 201, 204, 206, 301, 304, 404, 418, 429, 500, 503];

function answerPlan(random: Random, method: string, { isLast, isPipelined }: Place): AnswerPlan {
  // To a HEAD the head is all: an app that dies after it has answered, and whoever asks next on that connection suffers.
  const deaths = method === 'HEAD' ? (['dies-before'] as const) : (['dies-before', 'dies-after-head'] as const);
  const fate = isLast && !isPipelined && chance(random, 0.06) ? among(random, deaths) : 'complete';
  const status = fate === 'dies-after-head' ? 200 : among(random, statuses);
  const framings = ['none', 'length', 'length', 'chunked', 'chunked', isLast ? 'until-close' : 'chunked'] as const;
  // A 204 that tells of a body is not legal; half an answer needs a length that it falls short of.
  const framing = status === 204 ? 'none' : fate === 'dies-after-head' ? 'length' : among(random, framings);
  const pieces = framing === 'none' ? [] : times(random, 3, () => bodySize(random));
  return {
    status,
    headers: fields(random, 4).map(([name, value]): [string, string] => [
      chance(random, 0.1) ? 'Set-Cookie' : `Y${name}`,
      value,
    ]),
    framing,
    pieces: fate === 'dies-after-head' ? [...pieces, 100] : pieces,
    trailers: framing === 'chunked' && chance(random, 0.3) ? trailers(random) : [],
    // A connection that is closed with bytes unread takes the answer along, whoever is in between.
    isEarly: isLast && framing !== 'until-close' && fate === 'complete' && chance(random, 0.1),
    interim: !isPipelined && chance(random, 0.05),
    fate,
  };
}

const methods = [
  'GET',
  'GET',
  'GET',
  'HEAD',
  'POST',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'PROPFIND',
  'M-SEARCH',
];

function request(random: Random, id: string, place: Place): GeneratedRequest {
  const method = among(random, methods);
  const plan = answerPlan(random, method, place);
  const hasBody = chance(random, ['GET', 'HEAD', 'OPTIONS'].includes(method) ? 0.1 : 0.8);
  const content = bytes(random, hasBody ? bodySize(random) : 0);
  const isChunked = hasBody && chance(random, 0.5);
  const awaitsContinue = !place.isPipelined && hasBody && content.length > 0 && !plan.isEarly && chance(random, 0.1);
  const connection = among(random, ['', '', '', place.isLast ? 'close' : 'keep-alive', 'Keep-Alive, X-Hop']);
  const extra: [string, string][] = [
    ['X-Case', id],
    ['X-Answer', Buffer.from(JSON.stringify(plan)).toString('base64url')],
    ...(connection === '' ? [] : ([['Connection', connection]] as [string, string][])),
    ...(connection.endsWith('X-Hop') ? ([['X-Hop', '1']] as [string, string][]) : []),
    ...(awaitsContinue ? ([['Expect', '100-continue']] as [string, string][]) : []),
    ...(isChunked ? ([['Transfer-Encoding', among(random, ['chunked', 'Chunked'])]] as [string, string][]) : []),
    ...(hasBody && !isChunked ? ([['Content-Length', String(content.length)]] as [string, string][]) : []),
    ...fields(random, 6),
  ];
  const head = [
    chance(random, 0.05) ? '\r\n' : '',
    `${method} ${target(random)} HTTP/1.1\r\n`,
    line(random, [among(random, ['Host', 'host', 'HOST']), among(random, ['app.test', 'app.test:80', 'APP.test'])]),
    ...extra.map((field) => line(random, field)),
    '\r\n',
  ].join('');
  return {
    id,
    method,
    head: Buffer.from(head, 'latin1'),
    body: isChunked ? chunked(random, content) : content,
    awaitsContinue,
    plan,
  };
}

export function scenario(random: Random, seed: number): Scenario {
  const count = among(random, [1, 1, 2, 3, 5]);
  const isPipelined = chance(random, 0.5);
  const requests = Array.from({ length: count }, (_, at) =>
    request(random, `${seed}-${at}`, { isLast: at === count - 1, isPipelined }),
  );
  const cuts = chance(random, 0.5)
    ? [Number.MAX_SAFE_INTEGER]
    : Array.from({ length: 5 }, () => integerBetween(random, 1, 1 + among(random, [3, 40, 2000])));
  // Cutting a megabyte into single bytes tells nothing that a small body does not.
  const isLarge = requests.some(({ body }) => body.length > 20_000);
  return {
    seed,
    requests,
    isPipelined,
    cuts: isLarge ? cuts.map((cut) => cut * 1000) : cuts,
    leavesEarly: chance(random, 0.04),
  };
}
