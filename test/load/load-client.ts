import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';

/** Where a cluster's API is, and who asks. */
export interface LoadTarget {
  server: string;
  ca: string | Buffer;
  token: string;
}

/** A bare client for load: what a Kubernetes library adds would be measured along. */
export class LoadClient {
  readonly #target: LoadTarget;
  readonly #agent: Agent;

  constructor(target: LoadTarget) {
    this.#target = target;
    this.#agent = new Agent({ keepAlive: true, ca: target.ca, maxSockets: 16 });
  }

  async call(method: string, path: string, body?: object, contentType = 'application/json'): Promise<string> {
    const response = await this.#open(method, path, this.#agent, body && JSON.stringify(body), contentType);
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    if ((response.statusCode ?? 0) >= 300) throw new Error(`${method} ${path}: ${response.statusCode} ${text}`);
    return text;
  }

  /** Calls back with each line of a watch. Resolves when its head is there; the function ends it. */
  async watch(path: string, onLine: (line: string) => void, onEnd: () => void): Promise<() => void> {
    const response = await this.#open('GET', path, new Agent({ ca: this.#target.ca }));
    let rest = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    });
    response.on('error', () => {}).on('close', onEnd);
    return () => void response.destroy();
  }

  close(): void {
    this.#agent.destroy();
  }

  #open(
    method: string,
    path: string,
    agent: Agent,
    body?: string,
    contentType = 'application/json',
  ): Promise<IncomingMessage> {
    const headers = {
      authorization: `Bearer ${this.#target.token}`,
      ...(body === undefined ? {} : { 'content-type': contentType }),
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(new URL(path, this.#target.server), { method, agent, headers }, resolve);
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}

/** Runs a job for each number below `count`, a few at a time. */
export async function inParallel(count: number, atOnce: number, job: (number: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let number = next++; number < count; number = next++) await job(number);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
