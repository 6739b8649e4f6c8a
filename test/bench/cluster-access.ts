import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { parse } from 'yaml';
import { pause } from './lab.ts';

/** The API of a sandbox's cluster, by the kubeconfig that the lessons fetched: what rows need beyond reading. */
export interface ClusterAccess {
  patch(path: string, body: object): Promise<void>;
  get(path: string): Promise<unknown>;
  /** Waits until Deployments, by `namespace/name`, have all their pods ready. */
  untilReady(deployments: readonly string[]): Promise<void>;
  close(): void;
}

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { token: string } }[];
}

export async function connect(sandboxFolder: string): Promise<ClusterAccess> {
  const { clusters, users }: Kubeconfig = parse(readFileSync(join(sandboxFolder, 'kubeconfig'), 'utf8'));
  const server = clusters[0]?.cluster.server ?? '';
  const ca = Buffer.from(clusters[0]?.cluster['certificate-authority-data'] ?? '', 'base64');
  const agent = new Agent({ keepAlive: true, ca });
  const call = (method: string, path: string, body?: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${users[0]?.user.token}`,
        ...(body ? { 'content-type': 'application/merge-patch+json' } : {}),
      };
      const outgoing = request(new URL(path, server), { method, agent, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          if (response.statusCode !== 200) reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
          else resolve(JSON.parse(text));
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body ? JSON.stringify(body) : undefined);
    });
  const isReady = async (deployment: string) => {
    const [namespace, name] = deployment.split('/');
    const found = (await call('GET', `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`)) as {
      spec: { replicas: number };
      status?: { readyReplicas?: number };
    };
    return (found.status?.readyReplicas ?? 0) >= found.spec.replicas;
  };
  return {
    get: (path) => call('GET', path),
    async patch(path, body) {
      await call('PATCH', path, body);
    },
    async untilReady(deployments) {
      for (const deployment of deployments) while (!(await isReady(deployment))) await pause(200);
    },
    close: () => agent.destroy(),
  };
}
