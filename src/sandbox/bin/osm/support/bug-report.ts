import { spawn } from 'node:child_process';
import {
  accessSync,
  constants,
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Deployment, Namespace, Pod } from '../../../../kube/objects.ts';
import { type ApiConnection, getObject, listObjects } from '../../api/connection.ts';
import type { Invocation } from '../../cobra/command.ts';
import { connect, listNamespaces, listPods, messageOf, monitoredBy, proxyUuidLabel } from '../mesh.ts';
import { type ArchivedFile, archive } from './tar.ts';

/**
 * `osm support bug-report` (OSM 1.2: pkg/bugreport): what kubectl and osm say about a mesh, one file per command, in an
 * archive. It writes tar and tar.gz; the original's other formats are refused.
 */
interface Named {
  namespace: string;
  name: string;
}

interface Subjects {
  namespaces: string[];
  deployments: Named[];
  pods: Named[];
  withIngress: boolean;
}

const shown = ({ namespace, name }: Named) => `${namespace}/${name}`;

function isOnPath(program: string, path: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

class BugReport {
  readonly #api: ApiConnection;
  readonly #io: Invocation['io'];
  readonly #osmNamespace: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'osm_bug_report_'));

  constructor(api: ApiConnection, { io, flags }: Invocation) {
    this.#api = api;
    this.#io = io;
    this.#osmNamespace = flags.string('osm-namespace');
  }

  get folder(): string {
    return this.#folder;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async collect(subjects: Subjects): Promise<void> {
    this.#io.out(`[+] Created staging dir ${this.#folder} to generate bug report\n\n\n`);
    await this.#section('Collecting information about meshed namespaces', 'meshed namespaces', async () => {
      await this.#run(['osm', 'namespace', 'list'], []);
    });
    await this.#section('Collecting information from individual app namespaces', 'individual app namespaces', () =>
      this.#namespaces(subjects.namespaces),
    );
    await this.#section('Collecting information from individual app pods', 'individual app pods', async () =>
      this.#pods(await this.#everyPod(subjects)),
    );
    await this.#section('Collecting information from control plane', 'control plane', () => this.#controlPlane());
    if (subjects.withIngress) await this.#section('Collecting ingress information', 'ingress', () => this.#ingress());
  }

  /** Files of the report, below the name of its folder. */
  files(): ArchivedFile[] {
    return readdirSync(this.#folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return {
          path: join(basename(this.#folder), path.slice(this.#folder.length + 1)),
          content: readFileSync(path),
          modifiedMs: statSync(path).mtimeMs,
        };
      });
  }

  #succeeded(text: string): void {
    this.#io.out(`\u2713 ${text}\n`);
  }

  failed(text: string): void {
    this.#io.err(`x ${text}\n`);
  }

  async #section(title: string, subject: string, work: () => Promise<void>): Promise<void> {
    this.#io.out(`[+] ${title}\n`);
    await work();
    this.#succeeded(`Finished generating report for ${subject}`);
    this.#io.out('\n\n');
  }

  /** The command's output, both streams, in a file that is named after it. */
  async #run(command: readonly string[], where: readonly string[]): Promise<boolean> {
    const [program = '', ...args] = command;
    // The name is what was asked for; a slash in it would be a folder.
    const file = join(this.#folder, 'namespaces', ...where, 'commands', command.join('_').replaceAll('/', '%'));
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const output = createWriteStream(file);
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...this.#io.env } });
    child.stdout.pipe(output, { end: false });
    child.stderr.pipe(output, { end: false });
    const code = await new Promise<number | null>((resolve) => {
      child.once('error', () => resolve(null));
      child.once('close', resolve);
    });
    output.end();
    await finished(output);
    if (code !== 0) this.failed(`Error running cmd: [${command.join(' ')}]`);
    return code === 0;
  }

  async #namespaces(names: readonly string[]): Promise<void> {
    for (const name of names) {
      await this.#run(['kubectl', 'get', 'events', '-n', name], [name]);
      await this.#run(['kubectl', 'get', 'pods', '-n', name, '-l', proxyUuidLabel], [name]);
      await this.#run(['kubectl', 'get', 'svc', '-n', name], [name]);
      this.#succeeded(`Collected report from Namespace ${JSON.stringify(name)}`);
    }
  }

  async #everyPod({ pods, deployments }: Subjects): Promise<Named[]> {
    const found = new Map(pods.map((pod) => [shown(pod), pod]));
    for (const named of deployments) {
      const path = `/apis/apps/v1/namespaces/${named.namespace}/deployments/${named.name}`;
      const deployment = await getObject<Deployment>(this.#api, path).catch(() => undefined);
      if (!deployment) {
        this.failed(`Deployment ${shown(named)} not found, skipping it`);
        continue;
      }
      const labels = Object.entries(deployment.spec.template.metadata?.labels ?? {}).map((pair) => pair.join('='));
      for (const { metadata } of await listPods(this.#api, named.namespace, labels.join(','))) {
        const pod = { namespace: named.namespace, name: metadata.name ?? '' };
        found.set(shown(pod), pod);
      }
    }
    return [...found.values()];
  }

  async #pods(pods: readonly Named[]): Promise<void> {
    for (const pod of pods) {
      const where = [pod.namespace, 'pods', pod.name];
      await this.#run(['kubectl', 'logs', pod.name, '-n', pod.namespace, '-c', 'envoy'], where);
      for (const query of ['config_dump', 'ready', 'stats', 'clusters', 'listeners', 'certs']) {
        await this.#run(['osm', 'proxy', 'get', query, pod.name, '-n', pod.namespace], where);
      }
      this.#succeeded(`Collected report for Pod ${JSON.stringify(shown(pod))}`);
    }
  }

  async #controlPlane(): Promise<void> {
    const namespace = this.#osmNamespace;
    const pods = await listPods(this.#api, namespace, 'app.kubernetes.io/name=openservicemesh.io').catch((error) => {
      this.failed(`Error getting control plane pods: ${messageOf(error)}`);
      return [];
    });
    for (const pod of pods) await this.#controlPlanePod(pod, namespace);
    await this.#run(['kubectl', 'get', 'meshconfig', '-n', namespace, '-o', 'yaml'], [namespace]);
    // Names only: what is in them stays here.
    await this.#run(['kubectl', 'get', 'secrets', '-n', namespace], [namespace]);
  }

  async #controlPlanePod({ metadata, status }: Pod, namespace: string): Promise<void> {
    const name = metadata.name ?? '';
    const logs = ['kubectl', 'logs', '-n', namespace, name];
    const where = [namespace, 'pods', name];
    if (await this.#run(logs, where)) this.#succeeded(`Collected report for Pod ${namespace}/${name}`);
    if ((status?.containerStatuses?.[0]?.restartCount ?? 0) === 0) return;
    if (await this.#run([...logs, '--previous'], where))
      this.#succeeded(`Collected previous report for Pod ${namespace}/${name}`);
  }

  /** Ingress itself is a kind that not every API server serves. */
  async #ingress(): Promise<void> {
    const sources = [
      { group: 'apis/networking.k8s.io/v1', resource: 'ingresses', title: 'ingress' },
      { group: 'apis/policy.openservicemesh.io/v1alpha1', resource: 'ingressbackends', title: 'ingress backend' },
    ];
    for (const { group, resource, title } of sources) {
      const found = await listObjects(this.#api, `/${group}/${resource}`).catch((error) => {
        this.failed(`Error fetching ${resource}: ${messageOf(error)}`);
        return [];
      });
      for (const { metadata } of found) {
        const { namespace = '', name = '' } = metadata;
        await this.#describe(resource, { namespace, name }, [namespace, resource, name]);
        this.#succeeded(`Collected report for ${title} ${namespace}/${name}`);
      }
    }
    for (const app of ['ingress-nginx', 'contour']) await this.#ingressController(app);
  }

  async #describe(resource: string, { namespace, name }: Named, where: readonly string[]): Promise<void> {
    await this.#run(['kubectl', 'get', resource, '-n', namespace, name, '-o', 'yaml'], where);
    await this.#run(['kubectl', 'describe', resource, '-n', namespace, name], where);
  }

  async #ingressController(app: string): Promise<void> {
    const selector = encodeURIComponent(`app.kubernetes.io/name=${app}`);
    for (const { metadata } of await listObjects<Pod>(this.#api, `/api/v1/pods?labelSelector=${selector}`)) {
      const { namespace = '', name = '' } = metadata;
      const where = [namespace, 'pods', name];
      await this.#run(['kubectl', 'logs', '-n', namespace, name], where);
      await this.#describe('pods', { namespace, name }, where);
      this.#succeeded(`Collected report for ingress controller ${namespace}/${name}`);
    }
  }
}

async function subjectsOf(api: ApiConnection, { flags, io }: Invocation): Promise<Subjects> {
  if (flags.bool('all')) {
    const namespaces = await listNamespaces(api, monitoredBy);
    const names = namespaces.map(({ metadata }: Namespace) => metadata.name ?? '');
    const pods = await Promise.all(names.map((namespace) => listPods(api, namespace, '')));
    const named = pods.flat().map(({ metadata: { namespace = '', name = '' } }) => ({ namespace, name }));
    return { namespaces: names, deployments: [], pods: named, withIngress: true };
  }
  const namesIn = (flag: string, kind: string) =>
    flags.strings(flag).flatMap((text): Named[] => {
      const [namespace = '', name, ...more] = text.split('/');
      if (name !== undefined && more.length === 0) return [{ namespace, name }];
      io.err(`${kind} name ${text} is not namespaced, skipping it`);
      return [];
    });
  return {
    namespaces: flags.strings('app-namespaces'),
    deployments: namesIn('app-deployments', 'Deployment'),
    pods: namesIn('app-pods', 'Pod'),
    withIngress: flags.bool('ingress'),
  };
}

export async function bugReport(invocation: Invocation): Promise<number> {
  const { flags, io } = invocation;
  const api = await connect(invocation);
  const subjects = await subjectsOf(api, invocation);
  const missing = ['osm', 'kubectl'].find((program) => !isOnPath(program, io.env['PATH'] ?? ''));
  if (missing) throw new Error(`Prerequisite not met: ${missing} not found`);
  const report = new BugReport(api, invocation);
  try {
    await report.collect(subjects);
    const out = flags.string('out-file') || `${report.folder}_osm-bug-report.tar.gz`;
    // The original gives this last section the title of another one.
    io.out('[+] Collecting information from individual app namespaces\n');
    const bytes = archive(out, report.files());
    if (!bytes) {
      report.failed('Error archiving files for bug report');
      report.failed('Error archiving bug report');
      throw new Error(
        `Error creating bug report: Error generating bug report: format unrecognized by filename: ${basename(out)}`,
      );
    }
    writeFileSync(out, bytes, { mode: 0o600 });
    io.out(`\u2713 Bug report successfully archived to ${out}\n\n\n`);
  } finally {
    report.remove();
  }
  return 0;
}
