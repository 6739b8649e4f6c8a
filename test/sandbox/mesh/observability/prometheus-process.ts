import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Pod } from '../../../../src/kube/objects.ts';
import type { ClusterAccess } from '../../../../src/sandbox/azure/cluster-host.ts';

/**
 * The real Prometheus as a child process, with the configuration that the project ships. Debian builds it without
 * Kubernetes' service discovery, so that one part is replaced: we read the pods from the API server as it would, and hand
 * Prometheus the same targets with the same labels in a file. Relabelling and scraping are as shipped.
 */
const shipped = join(import.meta.dirname, '../../../../manifests/observe/prometheus-outside.yml');

export const hasPrometheus = (): boolean => spawnSync('prometheus', ['--version']).status === 0;

export interface Sample {
  metric: Record<string, string>;
  value: number;
}

export class PrometheusProcess {
  readonly #access: ClusterAccess;
  readonly #targets: string;
  readonly #child: ChildProcess;
  readonly #url: string;
  #stderr = '';

  private constructor(access: ClusterAccess, targets: string, child: ChildProcess, url: string) {
    this.#access = access;
    this.#targets = targets;
    this.#child = child;
    this.#url = url;
    child.stderr?.on('data', (chunk) => {
      this.#stderr += chunk;
    });
  }

  static async start(folder: string, access: ClusterAccess): Promise<PrometheusProcess> {
    const { server, caPem, token } = access;
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text, { mode: 0o600 });
      return join(folder, name);
    };
    const configuration = withFileDiscovery(readFileSync(shipped, 'utf8'), file('targets.json', '[]'))
      .replaceAll('API_SERVER', server.replace('https://', ''))
      .replaceAll('CA_FILE', file('ca.crt', caPem))
      .replaceAll('TOKEN_FILE', file('token', token))
      .replaceAll(/(scrape_interval|scrape_timeout): 10s/g, '$1: 1s');
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, 'close');
    const child = spawn(
      'prometheus',
      [
        `--config.file=${file('prometheus.yml', configuration)}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    return new PrometheusProcess(access, join(folder, 'targets.json'), child, `http://127.0.0.1:${port}`);
  }

  /** Looks at the pods as they are now. */
  async discover(): Promise<void> {
    const { server, caPem, token } = this.#access;
    const pods = await new Promise<Pod[]>((resolve, reject) => {
      get(`${server}/api/v1/pods`, { ca: caPem, headers: { authorization: `Bearer ${token}` } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve((JSON.parse(Buffer.concat(chunks).toString()) as { items: Pod[] }).items));
      }).once('error', reject);
    });
    writeFileSync(this.#targets, JSON.stringify(pods.flatMap(targetsOf)));
  }

  /** What an instant query answers; an error of the query's own is thrown in Prometheus' words. */
  async query(expression: string): Promise<Sample[]> {
    if (this.#child.exitCode !== null) throw new Error(`prometheus ended: ${this.#stderr}`);
    const response = await fetch(`${this.#url}/api/v1/query?query=${encodeURIComponent(expression)}`);
    const body = (await response.json()) as {
      error?: string;
      data?: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    if (!body.data) throw new Error(body.error ?? `status ${response.status}`);
    return body.data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }
}

function withFileDiscovery(shippedText: string, file: string): string {
  const configuration = parse(shippedText) as { scrape_configs: Record<string, unknown>[] };
  for (const job of configuration.scrape_configs) {
    if (!Array.isArray(job['kubernetes_sd_configs'])) throw new Error('a job without discovery');
    delete job['kubernetes_sd_configs'];
    job['file_sd_configs'] = [{ files: [file], refresh_interval: '1s' }];
  }
  return stringify(configuration, { aliasDuplicateObjects: false });
}

/** As Prometheus' discovery/kubernetes/pod.go: a target per declared port, or one where no port is declared. */
function targetsOf({ metadata, spec, status }: Pod): { targets: string[]; labels: Record<string, string> }[] {
  const name = (text: string) => text.replaceAll(/[^a-zA-Z0-9_]/g, '_');
  const each = (kind: string, of: Record<string, string> = {}) =>
    Object.entries(of).map(([key, value]) => [`__meta_kubernetes_pod_${kind}_${name(key)}`, value] as const);
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  const labels = Object.fromEntries([
    ['__meta_kubernetes_namespace', metadata.namespace ?? ''],
    ['__meta_kubernetes_pod_name', metadata.name ?? ''],
    ...each('label', metadata.labels),
    ...each('annotation', metadata.annotations),
    ...(owner
      ? [
          ['__meta_kubernetes_pod_controller_kind', owner.kind],
          ['__meta_kubernetes_pod_controller_name', owner.name],
        ]
      : []),
  ]) as Record<string, string>;
  const ports = spec.containers.flatMap(({ ports = [] }) => ports.map(({ containerPort }) => `:${containerPort}`));
  return (ports.length === 0 ? [''] : ports).map((port) => ({ targets: [`${status?.podIP ?? ''}${port}`], labels }));
}
