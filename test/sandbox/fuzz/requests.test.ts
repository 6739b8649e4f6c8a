import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  clusterRoleBindings,
  clusterRoles,
  customResourceDefinitions,
  namespaces,
} from '../../../src/kube/resources.ts';
import { seededRandom } from '../../../src/platform/random.ts';
import { ClusterFixture, token } from '../kubectl/cluster-fixture.ts';
import { clerk, type FuzzRequest, requestGenerator } from './requests.ts';

/**
 * Thousands of random requests against the real HTTPS server. Whatever comes, it answers, with a Status that is not its own
 * bug, and what it answered stays readable. `FUZZ_SEED` and `FUZZ_CASES` repeat one run or lengthen it.
 */
const seed = Number(process.env['FUZZ_SEED'] ?? 2024);
const cases = Number(process.env['FUZZ_CASES'] ?? 4000);
/** A case that takes longer hangs. */
const patienceMs = 30_000;
const atOnce = 8;

let cluster: ClusterFixture;
let agent: Agent;
beforeAll(async () => {
  cluster = await ClusterFixture.start();
  agent = new Agent({ keepAlive: true, maxSockets: atOnce, ca: cluster.caPem });
  await cluster.api.cluster.create(namespaces, { metadata: { name: 'fuzz' } });
  await cluster.api.cluster.create(customResourceDefinitions, widgets);
  const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
  const rules = [{ apiGroups: ['*'], resources: ['*'], verbs }];
  // Whole collections are deleted: the finalizer keeps these two.
  const metadata = { name: 'clerk', finalizers: ['fuzz.example/kept'] };
  await cluster.api.cluster.create(clusterRoles, { metadata, rules });
  await cluster.api.cluster.create(clusterRoleBindings, {
    metadata,
    roleRef: { kind: 'ClusterRole', name: 'clerk' },
    subjects: [{ kind: 'User', name: clerk }],
  });
});
afterAll(async () => {
  agent.destroy();
  await cluster.close();
});

const widgets = {
  metadata: { name: 'widgets.fuzz.example' },
  spec: {
    group: 'fuzz.example',
    scope: 'Namespaced' as const,
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {}, scale: { specReplicasPath: '.spec.n', statusReplicasPath: '.status.n' } },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: { n: { type: 'integer', minimum: 0 }, parts: { type: 'array', items: { type: 'string' } } },
                'x-kubernetes-preserve-unknown-fields': true,
              },
              status: { type: 'object', properties: { n: { type: 'integer' } } },
            },
          },
        },
      },
    ],
  },
};

interface Answer {
  code: number;
  type: string;
  body: string;
}

function ask({ method, path, headers, body }: FuzzRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest({
      host: '127.0.0.1',
      port: cluster.server.port,
      path,
      method,
      agent,
      servername: 'localhost',
      headers: {
        authorization: `Bearer ${token}`,
        // Node frames the body of a DELETE only when told its length.
        ...(body === undefined ? {} : { 'content-length': String(body.length) }),
        ...headers,
      },
      signal: AbortSignal.timeout(patienceMs),
    });
    request.on('error', reject);
    request.on('response', (response) => {
      read(response, path).then(resolve, reject);
    });
    request.end(body);
  });
}

/** A watch answers for ever: its head is answer enough. */
async function read(response: IncomingMessage, path: string): Promise<Answer> {
  const answer = { code: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body: '' };
  if (/[?&](watch|follow)=/.test(path) && answer.code === 200) {
    response.on('error', () => {}).destroy();
    return answer;
  }
  for await (const chunk of response.setEncoding('utf8')) answer.body += chunk;
  return answer;
}

const shown = ({ method, path, headers, body }: FuzzRequest) =>
  `${method} ${path} ${JSON.stringify(headers).slice(0, 300)} ${body?.toString('latin1').slice(0, 1500) ?? ''}`;

/** Requests to which a real server answers 500, too: errors of its own that carry no code. */
const realInternalErrors = [
  // Kubernetes: storage/etcd3 ErrResourceVersionSetOnCreate
  /^resourceVersion should not be set on objects to be created$/,
  // Kubernetes: endpoints/filters/impersonation buildImpersonationRequests
  /requested .* without impersonating a user$/,
];

/** What is wrong with an answer; undefined when nothing is. */
function fault({ code, type, body }: Answer, method: string): string | undefined {
  if (code < 200 || code > 599) return `code ${code}`;
  if (method === 'HEAD') return undefined;
  if (code < 400) return type === 'application/json' && body !== '' ? unreadable(body) : undefined;
  if (code === 404 && body === '404 page not found\n') return undefined;
  const status = unreadable(body) === undefined ? (JSON.parse(body) as Record<string, unknown>) : {};
  const isStatus = status['kind'] === 'Status' && status['status'] === 'Failure' && status['code'] === code;
  if (!isStatus) return `${code} without a Status: ${body.slice(0, 300)}`;
  if (typeof status['message'] !== 'string' || status['message'] === '') return `${code} without a message`;
  if (realInternalErrors.some((text) => text.test(String(status['message'])))) return undefined;
  return code === 500 ? `500: ${status['message']}` : undefined;
}

function unreadable(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return `no JSON: ${text.slice(0, 200)}`;
  }
}

it(`answers ${cases} random requests (seed ${seed}) without a bug of its own`, { timeout: 600_000 }, async () => {
  const next = requestGenerator(seededRandom(seed), () => cluster.api.requests.resources());
  const faults: string[] = [];
  const codes = new Map<number, number>();
  let started = 0;
  const worker = async () => {
    while (started < cases && faults.length < 20) {
      started += 1;
      const number = started;
      const request = next();
      const found = await ask(request).then(
        (answer) => {
          codes.set(answer.code, (codes.get(answer.code) ?? 0) + 1);
          return fault(answer, request.method);
        },
        (error: unknown) => `no answer: ${String(error)}`,
      );
      if (found !== undefined) faults.push(`case ${number}: ${found}\n  ${shown(request)}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  console.log(
    `fuzz: ${started} requests, seed ${seed}: ${[...codes]
      .sort()
      .map(([code, count]) => `${count} × ${code}`)
      .join(', ')}`,
  );
  expect.soft(cluster.errors).toEqual([]);
  expect.soft(faults).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
  // A run in which everything is refused at the door has tested the door.
  expect((codes.get(200) ?? 0) + (codes.get(201) ?? 0)).toBeGreaterThan(cases / 10);
});
