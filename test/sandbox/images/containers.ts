import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type Clock, rest, systemClock } from '../../../src/platform/clock.ts';
import { seededRandom } from '../../../src/platform/random.ts';
import type { AcceptedConnection, ContainerSockets } from '../../../src/sandbox/network/pod-network.ts';
import { containerProcesses } from '../../../src/sandbox/node/container-system.ts';
import { noInput } from '../../../src/sandbox/node/processes/byte-stream.ts';
import type { ContainerProcesses } from '../../../src/sandbox/node/processes/container-processes.ts';
import type { ImageProgram } from '../../../src/sandbox/node/program.ts';
import { timingAt } from '../../../src/sandbox/node/timing.ts';

const errno = (code: string) => Object.assign(new Error(code), { code });

/** Pods on loopback with names and addresses, and nothing between them: no Services, no mesh. */
export class LoopbackPods {
  readonly #names = new Map<string, string>();
  readonly #servers = new Map<string, Server>();

  name(host: string, ip: string): void {
    this.#names.set(host, ip);
  }

  sockets(podIp: string): ContainerSockets {
    return {
      podIp,
      resolve: async (host) => {
        const ip = /^[\d.]+$/.test(host) ? host : this.#names.get(host);
        if (!ip) throw errno('ENOTFOUND');
        return [ip];
      },
      connect: async (host, port) => this.connect(host, port),
      listen: async (port, onConnection) => this.listen(podIp, port, onConnection),
      redirect: () => {},
    };
  }

  async connect(ip: string, port: number): Promise<Socket> {
    const server = this.#servers.get(`${ip}:${port}`);
    if (!server) throw errno('ECONNREFUSED');
    // The programs log that they run before they listen, as the originals do.
    if (!server.listening) await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  }

  async listen(ip: string, port: number, onConnection: (connection: AcceptedConnection) => void) {
    const key = `${ip}:${port}`;
    if (this.#servers.has(key)) throw errno('EADDRINUSE');
    const server = createServer((socket) =>
      onConnection({ socket, remote: { ip: '10.244.0.9', port: 40000 }, originalDestination: { ip, port } }),
    );
    this.#servers.set(key, server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
      port,
      close: () => {
        server.close();
        this.#servers.delete(key);
      },
    };
  }

  listensOn(ip: string, port: number): boolean {
    return this.#servers.has(`${ip}:${port}`);
  }

  async get(ip: string, port: number, path: string, method = 'GET', body = '') {
    const socket = await this.connect(ip, port);
    socket.write(
      `${method} ${path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const [head = '', ...rest] = text.split('\r\n\r\n');
    return { head, status: Number(head.split(' ')[1]), body: rest.join('\r\n\r\n') };
  }
}

export interface RunningContainer {
  readonly log: string;
  /** Resolves once the log matches. */
  logged(pattern: RegExp): Promise<RegExpExecArray>;
  stop(): Promise<number>;
  readonly ended: Promise<number>;
}

export interface ContainerOptions {
  ip: string;
  image: string;
  env?: Record<string, string>;
  args?: string[];
  clock?: Clock;
  seed?: number;
}

/** The processes of a container that stands alone: its image's tools and files, no mounts. */
export function processesOf(
  pods: Pick<LoopbackPods, 'sockets'>,
  program: ImageProgram,
  options: ContainerOptions,
  clock: Clock,
): ContainerProcesses {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'pod', namespace: 'test' },
    spec: { containers: [{ name: 'app' }] },
  };
  const of = { pod, container: { name: 'app' }, program, podIp: options.ip, userId: program.user ?? 0 };
  const random = seededRandom(options.seed ?? 1);
  const parts = { clock, random, timing: timingAt('instant') };
  return containerProcesses(of, parts, pods.sockets(options.ip), []);
}

export function startContainer(pods: LoopbackPods, program: ImageProgram, options: ContainerOptions): RunningContainer {
  const abort = new AbortController();
  const waiting = new Set<() => void>();
  let log = '';
  const write = (text: string) => {
    log += text;
    for (const check of [...waiting]) check();
  };
  const clock = options.clock ?? systemClock;
  const ended = program.run({
    pod: {
      uid: options.ip,
      namespace: 'test',
      name: 'pod',
      nodeName: 'node',
      serviceAccount: 'default',
      labels: {},
    },
    containerName: 'app',
    image: options.image,
    argv: [...program.entrypoint, ...(options.args ?? [])],
    env: options.env ?? {},
    readFile: () => undefined,
    sockets: pods.sockets(options.ip),
    clock,
    random: seededRandom(options.seed ?? 1),
    rest: (ms) => rest(clock, ms, abort.signal),
    stdout: write,
    stderr: write,
    become: async (argv) => {
      const sink = { write: async (bytes: Buffer | string) => write(String(bytes)) };
      const start = { argv, env: options.env ?? {}, cwd: '/', stdin: noInput, stdout: sink, stderr: sink };
      return (await processesOf(pods, program, options, clock).runMain(start)) ?? 127;
    },
    signal: abort.signal,
  });
  return {
    get log() {
      return log;
    },
    ended,
    logged: (pattern) =>
      new Promise((resolve) => {
        const check = () => {
          const match = pattern.exec(log);
          if (!match) return;
          waiting.delete(check);
          resolve(match);
        };
        waiting.add(check);
        check();
      }),
    stop: () => {
      abort.abort();
      return ended;
    },
  };
}

/** Drops colours. */
export const plain = (text: string): string => text.replaceAll(/\x1b\[\d+m/g, '');
