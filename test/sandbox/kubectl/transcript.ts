import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const goldenFolder = join(import.meta.dirname, '../../golden');

/** One command: what the client asked of the server, how it ended and what it printed. */
export interface Transcript {
  /** What follows `kubectl`. */
  line: string;
  requests: readonly string[];
  code: number;
  output: string;
}

/** The sessions that were recorded in front of a real API server (test/golden says how they are written). */
export const recordedSession = (name: string): Transcript[] =>
  readFileSync(join(goldenFolder, `kubectl-${name}.txt`), 'utf8')
    .split(/^\$ kubectl /m)
    .slice(1)
    .map(parseTranscript);

function parseTranscript(block: string): Transcript {
  const [line = '', ...rest] = block.split('\n');
  const exit = rest.findIndex((text) => text.startsWith('# exit '));
  const output = rest.slice(exit + 1).join('\n');
  return {
    line,
    requests: rest.slice(0, exit).map((text) => text.slice(2)),
    code: Number(rest[exit]?.slice(7)),
    output: output.replace(/\n+$/, ''),
  };
}

/** The recorder kept only the first part of long outputs. */
const cut = '\n…';

/**
 * A command's transcript as lines that two clusters can share: without ages, ids, hashes, addresses and versions of objects,
 * and without what follows from them (widths of columns, order by names with hashes).
 */
export function comparable(transcript: Transcript): string[] {
  const requests = transcript.requests
    .map((request) => comparableRequest(request))
    .filter((text) => text !== undefined);
  const output = comparableOutput(transcript.line, transcript.output);
  // kubectl goes through its containers in the order of a Go map.
  const inAnyOrder = transcript.line.includes('--all-containers');
  if (inAnyOrder) requests.sort();
  return [
    ...requests.filter((request, at) => !isWatchAfterList(request, requests[at - 1])).map((text) => `> ${text}`),
    `# exit ${transcript.code}`,
    ...(output ? (inAnyOrder ? output.split('\n').sort() : output.split('\n')) : []),
  ];
}

/** As much of an answer as was recorded. */
export function cutAlike(recorded: Transcript, answer: Transcript): [string[], string[]] {
  const isCut = recorded.output.endsWith(cut);
  const expected = comparable({ ...recorded, output: recorded.output.replace(cut, '') });
  const actual = comparable(answer);
  if (!isCut) return [expected, actual];
  if (inNoOrder.test(recorded.line)) return [expected, actual.filter((text) => expected.includes(text))];
  const printed = (lines: string[]) => lines.slice(lines.findIndex((text) => text.startsWith('# exit')));
  return [expected, actual.slice(0, actual.length - printed(actual).length + printed(expected).length)];
}

/** Listings in an order of hashes or times, or with what only one of the clusters has between. */
const inNoOrder = /^((get )?events|api-resources|api-versions)/;

/** What the recorded node told; the one of these tests tells nothing. */
const nodeEvent = /^\S+ +Normal +(Pull|Creat|Start|Kill)(ing|ed) .*$/gm;

/** Discovery depends on what the client's disk cache has and on the groups there are; it has tests of its own. */
const discovery = /^GET \/(api|apis)(\?| |$)|^GET \/api\/v1\?timeout|^GET \/apis\/[^/]+\/[^/?]+\?timeout/;

function comparableRequest(request: string): string | undefined {
  if (discovery.test(request)) return undefined;
  return withoutNames(request)
    .replaceAll(/(resourceVersion|timeoutSeconds)=\d+/g, '$1=N')
    .replaceAll(/hash=[0-9A-Za-z-]+/g, 'hash=H')
    .replaceAll(/timeout=\d\w+/g, 'timeout=T')
    .replace(/(?<=fieldSelector=)[^& ]+/, (terms) => terms.split('%2C').sort().join('%2C'))
    .replace(/ 304$/, ' 200');
}

/** Whether the client still begins to watch what it found in its list depends on which of two goroutines is quicker. */
const isWatchAfterList = (request: string, before: string | undefined) =>
  /allowWatchBookmarks=true/.test(request) &&
  before?.split('?')[0] === request.split('?')[0] &&
  /&resourceVersion=N /.test(before ?? '');

const withoutNames = (text: string) =>
  text
    .replaceAll(/bookstore-[0-9a-f]{8,10}(-[a-z0-9]{5})?/g, (_, pod) => (pod ? 'POD' : 'RS'))
    .replaceAll(/nginx-[0-9a-f]{8,10}(-[a-z0-9]{5})?/g, (_, pod) => (pod ? 'NGINX-POD' : 'NGINX-RS'))
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, 'UID');

function comparableOutput(line: string, output: string): string {
  const text = withoutNames(output)
    .replaceAll('\x1b', '␛')
    .replaceAll(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<jwt>')
    .replaceAll(/kube-api-access-\w{5}/g, 'kube-api-access-ID')
    .replaceAll(/\d{4}-\d\d-\d\d([T ])[\d:.]+(Z| \+0000)/g, 'TIME')
    .replaceAll(/\w{3}, \d\d \w{3} \d{4} [\d:]+/g, 'DATE')
    .replaceAll(/hash=[0-9a-f]+/g, 'hash=H')
    .replaceAll(/\b10\.(96|0)\.\d+\.\d+/g, 'CLUSTER-IP')
    .replaceAll(/(?<=127\.0\.0\.1:)\d+/g, 'PORT')
    .replaceAll(/(?<![\w.[])(\d+[dhm])?\d+[smdh]\b/g, 'AGE')
    .replaceAll(/((?:Resource Version: +|resourceVersion: ")\d+)/g, (_, version: string) =>
      version.replace(/\d+/, 'RV'),
    )
    .replaceAll(/\S*\/(LIVE|MERGED)-\d+/g, '$1')
    .replaceAll(/-{3,}/g, '---')
    .replaceAll(/(\S) {2,}(?=\S)/g, '$1  ')
    // What the recorded node made up, and where it was.
    .replaceAll(/\b10\.244\.\d+\.\d+/g, 'POD-IP')
    .replaceAll(/containerd:\/\/\S+|@sha256:a+|(?<=sandbox-1\/)[\d.]+/g, '')
    // klog's own lines.
    .replaceAll(/^[EIW]\d{4} \d\d:.*\n/gm, '')
    .replace(/\nEvents:\n[\s\S]*$/, '\nEvents:')
    // The recorded admission mounted a config map of OpenShift beside Kubernetes' own.
    .replace(/ +ConfigMapName: +openshift-service-ca\.crt\n +ConfigMapOptional: +<nil>\n/, '')
    // Hashes of pod templates differ, and with them the order by name.
    .replace(/(^replicaset\.apps\/RS .*\n?)+/gm, (rows) => `${rows.trimEnd().split('\n').sort().join('\n')}\n`)
    .replaceAll(/(?<=(Client|Kustomize) Version: )v\S+/g, 'V')
    .trimEnd();
  if (line.startsWith('rollout status')) return text.replaceAll(/^(.*)(\n\1$)+/gm, '$1');
  if (!inNoOrder.test(line)) return text;
  const rows = text.replaceAll(nodeEvent, '').replaceAll(/AGE \(x\d+ over AGE\)/g, 'AGE');
  return [...new Set(rows.split('\n'))].filter(Boolean).sort().join('\n');
}
