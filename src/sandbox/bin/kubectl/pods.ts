import { createServer, type Server, type Socket } from 'node:net';
import type { Deployment, KubeObject, LabelSelector, Pod, Service } from '../../../kube/objects.ts';
import { StatusError } from '../../../kube/status.ts';
import { bodyOf, openRequest, requestJson, statusErrorFrom } from '../api/connection.ts';
import { portForwardStream } from '../api/port-forward.ts';
import { type CommandSpec, minimumArgs } from '../cobra/command.ts';
import { UsageError } from '../cobra/flags.ts';
import { pathOf } from './discovery.ts';
import { seeHelp } from './failures.ts';
import { openSession, type Session, selectorFlag } from './session.ts';
import { goDuration } from './waiting.ts';

/** Commands that reach into pods: logs and port-forward. */
function selectorText(selector: LabelSelector | Record<string, string> | undefined): string {
  const labels = (selector && 'matchLabels' in selector ? selector.matchLabels : selector) ?? {};
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',');
}

async function podsBySelector(session: Session, selector: string): Promise<Pod[]> {
  const pods = await session.resource('pods');
  const list = await requestJson<{ items: Pod[] }>(
    session.api,
    `${pathOf(pods, session.namespace)}?labelSelector=${encodeURIComponent(selector)}`,
  );
  return list.items;
}

/** `web`, `pod/web`, `deploy/web`, `svc/web` to pods, the best one first; and the Service when it was one. */
export async function podsOf(session: Session, word: string): Promise<{ pods: Pod[]; service: Service | undefined }> {
  const [type, name] = word.includes('/') ? word.split('/') : ['pod', word];
  const resource = await session.resource(type ?? '');
  const object = await requestJson<KubeObject>(session.api, pathOf(resource, session.defaultNamespace, name));
  if (resource.resource === 'pods') return { pods: [object as Pod], service: undefined };
  const selector = selectorText((object as Deployment).spec?.selector);
  if (selector === '') throw new Error(`cannot attach to *${resource.kind}: selector is empty`);
  const ready = (pod: Pod) =>
    pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ? 0 : 1;
  const pods = (await podsBySelector(session, selector)).sort((a, b) => ready(a) - ready(b));
  return { pods, service: resource.resource === 'services' ? (object as Service) : undefined };
}

interface LogTarget {
  pod: Pod;
  container: string;
}

const containersText = (main: readonly string[], init: readonly string[]) =>
  [...main, ...init.map((name) => `${name} (init)`)].join(', ');

function containersOf(session: Session, pod: Pod): LogTarget[] {
  const { flags, io } = session;
  const init = (pod.spec.initContainers ?? []).map((container) => container.name);
  const main = pod.spec.containers.map((container) => container.name);
  if (flags.bool('all-containers')) return [...init, ...main].map((container) => ({ pod, container }));
  const asked = flags.string('container') || (session.args[1] ?? '');
  if (asked) return [{ pod, container: validContainer(pod, asked) }];
  return [{ pod, container: defaultContainer(pod, (text) => io.err(text)) }];
}

/** Throws for a container that the pod lacks. */
export function validContainer(pod: Pod, asked: string): string {
  const init = (pod.spec.initContainers ?? []).map((container) => container.name);
  const main = pod.spec.containers.map((container) => container.name);
  if ([...init, ...main].includes(asked)) return asked;
  throw new Error(`container ${asked} is not valid for pod ${pod.metadata.name} out of: ${containersText(main, init)}`);
}

/** The annotated container, else the first one; says so where there is a choice and no annotation made it. */
export function defaultContainer(pod: Pod, say: (text: string) => void): string {
  const init = (pod.spec.initContainers ?? []).map((container) => container.name);
  const main = pod.spec.containers.map((container) => container.name);
  const annotated = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  const chosen = annotated ?? main[0] ?? '';
  if (annotated === undefined && init.length + main.length > 1) {
    say(`Defaulted container ${JSON.stringify(chosen)} out of: ${containersText(main, init)}\n`);
  }
  return chosen;
}

async function streamLog(session: Session, { pod, container }: LogTarget, prefix: boolean): Promise<void> {
  const { flags } = session;
  const query = new URLSearchParams({ container });
  for (const name of ['follow', 'previous', 'timestamps'] as const) if (flags.bool(name)) query.set(name, 'true');
  if (flags.has('tail') && flags.int('tail') >= 0) query.set('tailLines', String(flags.int('tail')));
  if (flags.has('since')) query.set('sinceSeconds', String(Math.ceil(goDuration(flags.string('since')) / 1000)));
  if (flags.has('since-time')) query.set('sinceTime', flags.string('since-time'));
  if (flags.has('limit-bytes')) query.set('limitBytes', flags.string('limit-bytes'));
  const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}/log?${query}`;
  const response = await openRequest(session.api, path, { accept: '*/*', signal: session.io.signal });
  if (response.statusCode !== 200) throw statusErrorFrom(response.statusCode ?? 0, await bodyOf(response));
  response.setEncoding('utf8');
  const lead = prefix ? `[pod/${pod.metadata.name}/${container}] ` : '';
  let rest = '';
  try {
    for await (const chunk of response) {
      if (!lead) {
        session.io.out(String(chunk));
        continue;
      }
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) session.io.out(`${lead}${line}\n`);
    }
  } catch (error) {
    if (!session.io.signal.aborted) throw error;
  }
}

/** `logs` tells of a missing object with its namespace. */
async function podsToLog(session: Session, word: string): Promise<Pod[]> {
  try {
    return (await podsOf(session, word)).pods;
  } catch (error) {
    if (!(error instanceof StatusError) || error.code !== 404) throw error;
    throw new Error(
      `error from server (NotFound): ${error.message} in namespace ${JSON.stringify(session.defaultNamespace)}`,
    );
  }
}

export const logsCommand: CommandSpec = {
  use: 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]',
  short: 'Print the logs for a container in a pod',
  example:
    '  # The last 20 lines of the customer\n  kubectl logs deployment/bookbuyer -n bookbuyer --tail=20\n\n  # Follow its sidecar\n  kubectl logs -f deployment/bookbuyer -n bookbuyer -c envoy',
  flags: [
    selectorFlag,
    { name: 'container', short: 'c', type: 'string', usage: 'Print the logs of this container' },
    { name: 'follow', short: 'f', type: 'bool', usage: 'Specify if the logs should be streamed.' },
    {
      name: 'previous',
      short: 'p',
      type: 'bool',
      usage: 'If true, print the logs for the previous instance of the container in a pod if it exists.',
    },
    { name: 'timestamps', type: 'bool', usage: 'Include timestamps on each line in the log output.' },
    { name: 'tail', type: 'int', default: '-1', usage: 'Lines of recent log file to display.' },
    {
      name: 'since',
      type: 'duration',
      default: '0s',
      usage: 'Only return logs newer than a relative duration like 5s, 2m, or 3h.',
    },
    { name: 'since-time', type: 'string', usage: 'Only return logs after a specific date (RFC3339).' },
    { name: 'limit-bytes', type: 'int', default: '0', usage: 'Maximum bytes of logs to return.' },
    { name: 'all-containers', type: 'bool', usage: "Get all containers' logs in the pod(s)." },
    { name: 'prefix', type: 'bool', usage: 'Prefix each log line with the log source (pod name and container name).' },
  ],
  async run(invocation) {
    const session = await openSession(invocation);
    const selector = session.flags.string('selector');
    const [word] = session.args;
    if ((!word && !selector) || session.args.length > 2)
      throw new UsageError(
        seeHelp(
          "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command",
          'kubectl logs',
        ),
      );
    const pods = selector ? await podsBySelector(session, selector) : await podsToLog(session, word ?? '');
    const [first] = pods;
    if (!first)
      throw new Error(
        selector
          ? `No resources found in ${session.defaultNamespace} namespace.`
          : 'timed out waiting for the condition',
      );
    if (!selector && pods.length > 1) session.io.err(`Found ${pods.length} pods, using pod/${first.metadata.name}\n`);
    const targets = (selector ? pods : [first]).flatMap((pod) => containersOf(session, pod));
    if (session.flags.bool('follow'))
      await Promise.all(targets.map((target) => streamLog(session, target, session.flags.bool('prefix'))));
    else for (const target of targets) await streamLog(session, target, session.flags.bool('prefix'));
    return 0;
  },
};

/** The pod's port behind `local:remote`, where remote may be a Service port or a name. */
function targetPort(remote: string, pod: Pod, service: Service | undefined): number {
  const named = (name: string) =>
    pod.spec.containers.flatMap((container) => container.ports ?? []).find((port) => port.name === name)?.containerPort;
  if (service) {
    const port = service.spec.ports?.find((entry) => String(entry.port) === remote || entry.name === remote);
    if (!port) throw new Error(`Service ${service.metadata.name} does not have a service port ${remote}`);
    const target = port.targetPort ?? port.port;
    return typeof target === 'number' ? target : (named(target) ?? port.port);
  }
  const number = Number(remote);
  return Number.isInteger(number) ? number : (named(remote) ?? Number.NaN);
}

async function listen(session: Session, pod: Pod, local: number, remote: number): Promise<Server[]> {
  const namespace = pod.metadata.namespace ?? 'default';
  const name = pod.metadata.name ?? '';
  let port = local;
  const onConnection = async (socket: Socket) => {
    session.io.out(`Handling connection for ${port}\n`);
    socket.on('error', () => socket.destroy());
    try {
      const stream = await portForwardStream(session.api, namespace, name, remote);
      stream.on('error', (error) => {
        session.io.err(`an error occurred forwarding ${port} -> ${remote}: ${error.message}\n`);
        socket.destroy();
      });
      socket.on('close', () => stream.destroy());
      socket.pipe(stream).pipe(socket);
    } catch (error) {
      session.io.err(
        `error forwarding port ${remote} to pod ${name}: ${error instanceof Error ? error.message : String(error)}\n`,
      );
      socket.destroy();
    }
  };
  const servers: Server[] = [];
  for (const host of ['127.0.0.1', '::1']) {
    const server = createServer((socket) => void onConnection(socket));
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, resolve);
      });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      session.io.err(
        `Unable to listen on port ${port}: Listeners failed to create with the following errors: [unable to create listener: Error ${why}]\n`,
      );
      continue;
    }
    const address = server.address();
    if (typeof address === 'object' && address) port = address.port;
    session.io.out(`Forwarding from ${host.includes(':') ? `[${host}]` : host}:${port} -> ${remote}\n`);
    servers.push(server);
  }
  if (servers.length === 0) throw new Error(`unable to listen on any of the requested ports: [{${local} ${remote}}]`);
  return servers;
}

export const portForwardCommand: CommandSpec = {
  use: 'port-forward TYPE/NAME [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]',
  short: 'Forward one or more local ports to a pod',
  example:
    '  # Listen on port 8081 here, forwarding to port 14001 in a pod of the deployment\n  kubectl port-forward deployment/bookbuyer -n bookbuyer 8081:14001',
  flags: [
    {
      name: 'pod-running-timeout',
      type: 'duration',
      default: '1m0s',
      usage: 'The length of time to wait until at least one pod is running',
    },
  ],
  args: (args) =>
    minimumArgs(2)(args)
      ? "TYPE/NAME and list of ports are required for port-forward\nSee 'kubectl port-forward -h' for help and examples"
      : undefined,
  async run(invocation) {
    const session = await openSession(invocation);
    const [word = '', ...ports] = session.args;
    const { pods, service } = await podsOf(session, word);
    const pod = pods.find((candidate) => candidate.status?.phase === 'Running');
    if (!pod)
      throw new Error(
        `unable to forward port because pod is not running. Current status=${pods[0]?.status?.phase ?? 'none'}`,
      );
    const servers: Server[] = [];
    for (const text of ports) {
      const [local = '', remote = local] = text.split(':');
      const target = targetPort(remote, pod, service);
      if (!Number.isInteger(target) || target < 1 || target > 65535)
        throw new Error(`error parsing remote port ${remote}`);
      servers.push(...(await listen(session, pod, local === '' ? 0 : Number(local) || target, target)));
    }
    await new Promise<void>((resolve) => {
      session.io.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    for (const server of servers) server.close();
    return 0;
  },
};
