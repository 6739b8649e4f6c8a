import { namespaces } from '../../kube/resources.ts';
import type { Findings } from '../../words/en/findings.ts';
import { askCluster, couldNotAsk, type Finding, notYet, passed, wrong } from '../answers.ts';
import { type CheckKind, type CheckResult, type Probe, SpecProblem } from '../check.ts';
import { SpecFields } from '../spec-fields.ts';

interface Spec {
  url: string;
  status: number;
  contains: string | undefined;
  matches: RegExp | undefined;
  /** A number in the JSON of the body that must grow between two looks. */
  rises: string | undefined;
}

const fields = {
  url: { description: 'what to GET from this machine: http://localhost:8081/raw', required: true },
  status: { description: 'the status code wanted; 200 if left out' },
  contains: { description: 'text that the body must contain' },
  matches: { description: 'a regular expression that the body must match' },
  rises: { description: 'a number in a JSON body that must grow while we look: booksBought' },
};

export const http: CheckKind<Spec> = {
  kind: 'http',
  temper: 'level',
  summary: 'A URL on this machine (a forwarded port) answers.',
  fields,
  parse(raw) {
    const spec = new SpecFields(raw, fields);
    const url = spec.text('url');
    // Lessons may only look at what the learner forwarded; a check never reaches out to the internet.
    const host = URL.canParse(url) ? new URL(url).hostname : '';
    if (!['localhost', '127.0.0.1', '[::1]'].includes(host)) {
      throw new SpecProblem('url', 'must be a URL on this machine, such as http://localhost:8081/.');
    }
    const status = spec.number('status', 200, { from: 100, below: 600 });
    const contains = spec.optionalText('contains');
    return { url, status, contains, matches: spec.pattern('matches'), rises: spec.optionalText('rises') };
  },
  describe(spec, { conditions: { http: words } }) {
    if (spec.rises !== undefined) return words.rises(spec.rises, spec.url);
    if (spec.contains === undefined) return words.answers(spec.url, spec.status);
    return words.answersWith(spec.url, spec.status, JSON.stringify(spec.contains));
  },
  async verify(spec, probe) {
    const words = probe.words.conditions.http;
    const expected = words.expected(spec.status, spec.url);
    const tryThis = `curl -i ${spec.url}`;
    const asked = await ask(spec.url, { expected, on: spec.url, tryThis }, probe);
    if ('result' in asked) return asked.result;
    const { reply } = asked;
    probe.memory.delete(silentSince);
    const miss = missedBy(spec, reply, words);
    if (miss) {
      const sharers = await sharersOf(spec, probe);
      return wrong(sharers ? { ...miss, ...sharers } : miss);
    }
    if (spec.rises !== undefined) return judgeRising(spec.url, spec.rises, reply.body, probe);
    return passed(words.saw(reply.status, excerpt(reply.body, words)));
  },
};

type Reply = Awaited<ReturnType<Probe['httpGet']>>;
type Asked = { reply: Reply } | { result: CheckResult };

/**
 * A forward that does not answer may be the learner's mistake, or end because the way to the cluster broke a moment ago.
 * Only when the cluster answers, no forward is on its way up, and there is still nobody after a moment, is it the learner's.
 */
async function ask(
  url: string,
  finding: Omit<Finding, 'saw'> & { on: string; tryThis: string },
  probe: Probe,
): Promise<Asked> {
  const { words } = probe;
  const first = await get(url, probe);
  if ('reply' in first) return first;
  if (isNobody(first.error)) {
    const away = await askCluster(probe, async (kube) => {
      await kube.get(namespaces, 'default');
      return passed('');
    });
    if (away.status === 'unknown') return { result: away };
    const forwards = probe.beside?.() ?? [];
    const coming = forwards.filter(({ isUp }) => !isUp).map(({ command }) => command);
    if (coming.length > 0) return { result: notYet({ ...finding, saw: words.conditions.http.comingUp(coming) }) };
    const second = await get(url, probe);
    if ('reply' in second) return second;
    const result = noAnswer(second.error, finding, words);
    const isNews = forwards.length > 0 && result.status === 'wrong' && isFresh(probe);
    return { result: isNews ? notYet({ ...finding, saw: result.saw }) : result };
  }
  return { result: noAnswer(first.error, finding, words) };
}

/** A forward whose connection broke takes a moment to notice. */
const noticeMs = 5_000;

/** Whether nobody answered for the first time a moment ago. */
function isFresh({ memory, clock }: Probe): boolean {
  const known = memory.get(silentSince);
  const since = typeof known === 'number' ? known : clock.now();
  memory.set(silentSince, since);
  return clock.now() - since < noticeMs;
}

const silentSince = 'silentSince';

const get = (url: string, probe: Probe): Promise<{ reply: Reply } | { error: unknown }> =>
  probe.httpGet(url, probe.signal).then(
    (reply) => ({ reply }),
    (error: unknown) => ({ error }),
  );
type HttpWords = Findings['conditions']['http'];

/** What an answer lacks of what is wanted; undefined when it is the one. */
function missedBy(spec: Spec, { status, body }: Reply, words: HttpWords): Finding | undefined {
  const { url, contains, matches } = spec;
  const tryThis = `curl -i ${url}`;
  if (status !== spec.status) {
    const expected = words.expected(spec.status, url);
    return { expected, saw: words.status(status), on: `${url}, status`, tryThis };
  }
  const finding = { saw: words.pageWithout(excerpt(body, words)), on: `${url}, body`, tryThis };
  if (contains !== undefined && !body.includes(contains)) {
    return { expected: words.pageWith(JSON.stringify(contains)), ...finding };
  }
  if (matches && !matches.test(body)) return { expected: words.pageMatching(matches.source), ...finding };
  return undefined;
}

/**
 * localhost is two addresses. kubectl is content with one of them when another program has the other, and then it is
 * chance which of the two a browser meets: the forward stands, and the page is a stranger's.
 */
async function sharersOf(spec: Spec, probe: Probe): Promise<Pick<Finding, 'saw' | 'tryThis'> | undefined> {
  const url = new URL(spec.url);
  if (url.hostname !== 'localhost') return undefined;
  const words = probe.words.conditions.http;
  const answers = ['127.0.0.1', '[::1]'].map(async (address) => {
    const there = Object.assign(new URL(url), { hostname: address });
    // Whatever keeps an address from answering: there is no second page to be mistaken for this one.
    const reply = await probe.httpGet(there.href, probe.signal).catch(() => undefined);
    return reply && { address, isWanted: missedBy(spec, reply, words) === undefined, saw: words.status(reply.status) };
  });
  const [first, second] = (await Promise.all(answers)).filter((answer) => answer !== undefined);
  if (!first || !second || first.isWanted === second.isWanted) return undefined;
  const [forward, stranger] = first.isWanted ? [first, second] : [second, first];
  const port = url.port || '80';
  return {
    saw: words.twoPrograms(port, forward.address, stranger.address, stranger.saw),
    tryThis: `lsof -nP -iTCP:${port} -sTCP:LISTEN`,
  };
}

/** Compares with the smallest value seen, so that a counter that began again from 0 can rise again. */
function judgeRising(url: string, field: string, body: string, { memory, words: all }: Probe): CheckResult {
  const words = all.conditions.http;
  const value = numberIn(body, field);
  const expected = words.rising(field);
  const tryThis = `curl ${url}`;
  if (value === undefined) {
    return wrong({ expected, saw: words.noNumber(field, excerpt(body, words)), on: `${url}, body`, tryThis });
  }
  const first = memory.get('first');
  if (typeof first === 'number' && value > first) return passed(words.rose(field, first, value));
  memory.set('first', value);
  return notYet({ expected, saw: `${field} = ${value}`, tryThis });
}

function numberIn(body: string, field: string): number | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    const value = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, field) : undefined;
    return typeof value === 'number' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Nothing listens, or the forward closed the connection: the learner's port-forward is not running (any more). */
const notListening = new Set(['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET', 'EPIPE']);

function isNobody(error: unknown): boolean {
  const code = errnoOf(error);
  return code !== undefined && notListening.has(code);
}

function noAnswer(
  error: unknown,
  finding: { expected: string; on: string; tryThis: string },
  words: Findings,
): CheckResult {
  const code = errnoOf(error);
  if (code === undefined) return couldNotAsk(error, finding.on, finding.tryThis, words);
  if (!notListening.has(code))
    return couldNotAsk(Object.assign(new Error(code), { code }), finding.on, finding.tryThis, words);
  const port = new URL(finding.on).port || '80';
  const saw = code === 'ECONNREFUSED' ? words.conditions.http.nothingListens(port) : words.conditions.http.closed;
  return wrong({ ...finding, saw });
}

/** fetch wraps the errno error as `cause`; sockets throw it bare. */
function errnoOf(error: unknown): string | undefined {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if (inner instanceof AggregateError) return errnoOf(inner.errors[0]);
    if ('code' in inner && typeof inner.code === 'string') return inner.code;
  }
  return undefined;
}

function excerpt(body: string, words: HttpWords): string {
  const text = body.replaceAll(/\s+/g, ' ').trim();
  if (text === '') return words.emptyPage;
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
