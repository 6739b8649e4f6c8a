import { gzipSync } from 'node:zlib';
import type { Random } from '../../../../platform/random.ts';
import { errorPage, indexPage, json, moby, page, reasonOf, slideshow, teapot } from './pages.ts';

/** What httpbin answers to a request, route by route. Pure but for the dice of /uuid and of a choice of statuses. */
export interface Asked {
  method: string;
  url: URL;
  headers: readonly [name: string, value: string][];
  remoteIp: string;
  body: Buffer;
  random: Random;
}

export interface Answer {
  status: number;
  reason: string;
  headers: [name: string, value: string][];
  body: string | Buffer;
  delaySeconds?: number;
}

type Handle = (asked: Asked, parameters: readonly string[]) => Answer;

interface Route {
  path: RegExp;
  methods: readonly string[];
  handle: Handle;
}

const anyMethod = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'TRACE'];

const header = (asked: Asked, name: string) => asked.headers.find(([one]) => one.toLowerCase() === name)?.[1];

/** Flask shows names as Python's WSGI does: every word capital. Those that proxies add are hidden. */
function shownHeaders({ headers }: Asked): Record<string, string> {
  const hidden = new Set([
    'x-forwarded-proto',
    'x-forwarded-protocol',
    'x-forwarded-ssl',
    'x-forwarded-port',
    'x-real-ip',
    'via',
    'connect-time',
    'total-route-time',
    'x-request-start',
  ]);
  const shown: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (hidden.has(name.toLowerCase())) continue;
    const capital = name.toLowerCase().replaceAll(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
    shown[capital] = shown[capital] === undefined ? value : `${shown[capital]},${value}`;
  }
  return shown;
}

/** Repeated names become lists. */
function valuesOf(parameters: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => {
      const values = parameters.getAll(name);
      return [name, values.length > 1 ? values : (values[0] ?? '')];
    }),
  );
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function partsOf(asked: Asked, names: readonly string[]): Record<string, unknown> {
  const text = asked.body.toString();
  const isForm = (header(asked, 'content-type') ?? '').startsWith('application/x-www-form-urlencoded');
  const all: Record<string, unknown> = {
    args: valuesOf(asked.url.searchParams),
    data: isForm ? '' : text,
    files: {},
    form: isForm ? valuesOf(new URLSearchParams(text)) : {},
    headers: shownHeaders(asked),
    json: isForm ? null : parsedJson(text),
    method: asked.method === 'HEAD' ? 'GET' : asked.method,
    origin: header(asked, 'x-forwarded-for') ?? asked.remoteIp,
    url: `${header(asked, 'x-forwarded-proto') ?? 'http'}://${asked.url.host}${asked.url.pathname}${decodeURIComponent(asked.url.search)}`,
  };
  return Object.fromEntries(names.map((name) => [name, all[name]]));
}

const forGet: Handle = (asked) => json(partsOf(asked, ['args', 'headers', 'origin', 'url']));
const forBody: Handle = (asked) =>
  json(partsOf(asked, ['args', 'data', 'files', 'form', 'headers', 'json', 'origin', 'url']));
const anything: Handle = (asked) =>
  json(partsOf(asked, ['args', 'data', 'files', 'form', 'headers', 'json', 'method', 'origin', 'url']));

/** Always 302, unless another redirect is asked for; what is no number is an exception in Python. */
const redirectAnywhere: Handle = ({ url }) => {
  const asked = new Map([...url.searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  const [target, code = '302'] = [asked.get('url'), asked.get('status_code')];
  if (target === undefined || !/^\s*[-+]?\d+\s*$/.test(code)) return errorPage(500);
  const number = Number(code);
  return {
    ...page(number >= 300 && number < 400 ? number : 302, ''),
    headers: [
      ['Content-Type', 'text/html; charset=utf-8'],
      // UTF-8 on the wire.
      ['Location', Buffer.from(target).toString('latin1')],
    ],
  };
};

/** `200`, or `200:3,500:1`, of which one is drawn by weight. */
const status: Handle = (asked, [text = '']) => {
  const choices = text.split(',').map((choice) => {
    const [code = '', weight = '1'] = choice.split(':');
    return { code: Number(code), weight: Number(weight) };
  });
  if (choices.some(({ code, weight }) => !Number.isInteger(code) || code < 100 || code > 599 || Number.isNaN(weight))) {
    return { ...page(400, 'Invalid status code'), headers: [['Content-Type', 'text/html; charset=utf-8']] };
  }
  let drawn = asked.random.next() * choices.reduce((sum, { weight }) => sum + weight, 0);
  const chosen = choices.find(({ weight }) => {
    drawn -= weight;
    return drawn < 0;
  });
  return ofStatus(chosen?.code ?? choices[0]?.code ?? 200);
};

function ofStatus(code: number): Answer {
  const html: [string, string][] = [['Content-Type', 'text/html; charset=utf-8']];
  const answer = { status: code, reason: reasonOf(code), headers: html, body: '' as string };
  if ([301, 302, 303, 305, 307].includes(code)) return { ...answer, headers: [...html, ['Location', '/redirect/1']] };
  if (code === 401) return { ...answer, headers: [...html, ['WWW-Authenticate', 'Basic realm="Fake Realm"']] };
  if (code === 402) return { ...answer, headers: [['X-More-Info', 'http://vimeo.com/22053820']], body: 'Pay me!' };
  if (code === 418)
    return { ...answer, headers: [['X-More-Info', 'http://tools.ietf.org/html/rfc2324']], body: teapot };
  return answer;
}

const redirectTo = (location: string, code = 302): Answer => ({
  ...page(
    code,
    `<title>Redirecting...</title>\n<h1>Redirecting...</h1>\n<p>You should be redirected automatically to target URL: <a href="${location}">${location}</a>.  If not click the link.`,
  ),
  headers: [
    ['Content-Type', 'text/html; charset=utf-8'],
    ['Location', location],
  ],
});

const limited = (text: string | undefined, most: number) => Math.min(Number(text ?? 0), most);

const stream: Handle = (asked, [count]) => {
  const parts = partsOf(asked, ['url', 'args', 'headers', 'origin']);
  const lines = Array.from({ length: limited(count, 100) }, (_, id) => `${JSON.stringify({ ...parts, id })}\n`);
  return { status: 200, reason: 'OK', headers: [['Content-Type', 'application/json']], body: lines.join('') };
};

const bytes: Handle = ({ random }, [count]) => ({
  status: 200,
  reason: 'OK',
  headers: [['Content-Type', 'application/octet-stream']],
  body: Buffer.from(Array.from({ length: limited(count, 100 * 1024) }, () => Math.floor(random.next() * 256))),
});

const basicAuth: Handle = (asked, [user = '', password = '']) => {
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return header(asked, 'authorization') === expected ? json({ authenticated: true, user }) : ofStatus(401);
};

const bearer: Handle = (asked) => {
  const [, token] = /^Bearer (.+)$/.exec(header(asked, 'authorization') ?? '') ?? [];
  if (token) return json({ authenticated: true, token });
  return {
    ...ofStatus(401),
    headers: [
      ['Content-Type', 'text/html; charset=utf-8'],
      ['WWW-Authenticate', 'Bearer'],
    ],
  };
};

function cookiesOf(asked: Asked): Record<string, string> {
  const pairs = (header(asked, 'cookie') ?? '').split(/;\s*/).filter((pair) => pair.includes('='));
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}

const setCookies: Handle = ({ url }) => {
  const answer = redirectTo('/cookies');
  const set = [...url.searchParams].map(([name, value]): [string, string] => [
    'Set-Cookie',
    `${name}=${value}; Path=/`,
  ]);
  return { ...answer, headers: [...answer.headers, ...set] };
};

/** How long the answer is and when it ends stays the server's business: a client could not read it otherwise. */
const framing = new Set(['content-length', 'transfer-encoding', 'connection']);

const responseHeaders: Handle = ({ url }) => {
  const own = [...url.searchParams];
  const shown = { ...valuesOf(url.searchParams), 'Content-Type': 'application/json' };
  return {
    ...json(shown),
    headers: [
      ['Content-Type', 'application/json'],
      ...own.filter(([name]) => /^[\w-]+$/.test(name) && !framing.has(name.toLowerCase())),
    ],
  };
};

const cache: Handle = (asked) => {
  if (header(asked, 'if-modified-since') || header(asked, 'if-none-match')) return ofStatus(304);
  return forGet(asked, []);
};

const gzip: Handle = (asked) => {
  const answer = json({ ...partsOf(asked, ['headers', 'method', 'origin']), gzipped: true });
  return { ...answer, headers: [...answer.headers, ['Content-Encoding', 'gzip']], body: gzipSync(answer.body) };
};

function uuid(random: Random): string {
  const hex = (length: number) => Array.from({ length }, () => Math.floor(random.next() * 16).toString(16)).join('');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
}

const route = (path: RegExp, handle: Handle, methods: readonly string[] = ['GET']): Route => ({
  path,
  methods,
  handle,
});

const routes: readonly Route[] = [
  route(/^\/$/, () => page(200, indexPage)),
  route(/^\/get$/, forGet),
  route(/^\/post$/, forBody, ['POST']),
  route(/^\/put$/, forBody, ['PUT']),
  route(/^\/patch$/, forBody, ['PATCH']),
  route(/^\/delete$/, forBody, ['DELETE']),
  route(/^\/anything(?:\/.*)?$/, anything, anyMethod),
  route(/^\/headers$/, (asked) => json({ headers: shownHeaders(asked) })),
  route(/^\/ip$/, (asked) => json(partsOf(asked, ['origin']))),
  route(/^\/user-agent$/, (asked) => json({ 'user-agent': header(asked, 'user-agent') ?? null })),
  route(/^\/uuid$/, ({ random }) => json({ uuid: uuid(random) })),
  route(/^\/status\/([^/]+)$/, status, anyMethod),
  route(
    /^\/delay\/(\d+(?:\.\d+)?)$/,
    (asked, [text]) => ({ ...forBody(asked, []), delaySeconds: limited(text, 10) }),
    anyMethod,
  ),
  route(/^\/bytes\/(\d+)$/, bytes),
  route(/^\/stream\/(\d+)$/, stream),
  route(/^\/(?:relative-)?redirect\/(\d+)$/, (_, [count]) =>
    redirectTo(Number(count) > 1 ? `/relative-redirect/${Number(count) - 1}` : '/get'),
  ),
  route(/^\/redirect-to$/, redirectAnywhere, anyMethod),
  route(/^\/response-headers$/, responseHeaders, ['GET', 'POST']),
  route(/^\/cookies$/, (asked) => json({ cookies: cookiesOf(asked) })),
  route(/^\/cookies\/set$/, setCookies),
  route(/^\/basic-auth\/([^/]+)\/([^/]+)$/, basicAuth),
  route(/^\/bearer$/, bearer),
  route(/^\/cache$/, cache),
  route(/^\/gzip$/, gzip),
  route(/^\/base64\/(.+)$/, (_, [text = '']) => page(200, Buffer.from(text, 'base64').toString())),
  route(/^\/html$/, () => page(200, moby)),
  route(/^\/json$/, () => json(slideshow)),
  route(/^\/robots\.txt$/, () => ({
    ...page(200, 'User-agent: *\nDisallow: /deny\n'),
    headers: [['Content-Type', 'text/plain']],
  })),
];

export function answerOf(asked: Asked): Answer {
  const { pathname } = asked.url;
  const found = routes.find(({ path }) => path.test(pathname));
  if (!found) return errorPage(404);
  const allowed = [...found.methods, 'OPTIONS', ...(found.methods.includes('GET') ? ['HEAD'] : [])];
  if (asked.method === 'OPTIONS')
    return {
      status: 200,
      reason: 'OK',
      headers: [
        ['Content-Type', 'text/html; charset=utf-8'],
        ['Allow', allowed.join(', ')],
      ],
      body: '',
    };
  if (!allowed.includes(asked.method)) {
    const answer = errorPage(405);
    return { ...answer, headers: [...answer.headers, ['Allow', allowed.join(', ')]] };
  }
  return found.handle(asked, (found.path.exec(pathname) ?? []).slice(1));
}
