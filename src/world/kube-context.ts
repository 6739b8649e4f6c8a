import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { parse } from 'yaml';

/** What kubectl would use now. Read without the Kubernetes client, which takes a fifth of a second to load. */
export interface KubeContext {
  name: string;
  /** `https://127.0.0.1:6443`, or empty when the context names no known cluster. */
  server: string;
  /** Changes with everything that decides how the cluster is reached. */
  fingerprint: string;
}

/** One of several that a kubeconfig has. */
export interface NamedContext {
  name: string;
  /** The name of its cluster there. */
  cluster: string;
  server: string;
  isCurrent: boolean;
}

/** A file of a kubeconfig, parsed but not trusted. */
export interface KubeconfigFile {
  path: string;
  text: string;
  config: Record<string, unknown>;
}

/** `files` as in KUBECONFIG. kubectl: the first file that sets a value wins; files that are missing count as empty. */
export async function readKubeContext(files: string): Promise<KubeContext | undefined> {
  const read = await readKubeconfig(files);
  const name = currentIn(read);
  if (name === undefined) return undefined;
  return { name, server: serverOf(read, name).server, fingerprint: read.map(({ text }) => text).join('\0') };
}

/** Every context, in the order of the files; of two with one name the first. */
export async function readKubeContexts(files: string): Promise<NamedContext[]> {
  const read = await readKubeconfig(files);
  const current = currentIn(read);
  const names = read.flatMap(({ config }) => itemsOf(config, 'contexts').map((item) => String(item['name'])));
  return [...new Set(names)].map((name) => ({ name, ...serverOf(read, name), isCurrent: name === current }));
}

export function readKubeconfig(files: string): Promise<KubeconfigFile[]> {
  return Promise.all(
    kubeconfigFiles(files).map(async (path) => {
      const text = await readFile(path, 'utf8').catch(() => '');
      return { path, text, config: parseConfig(text) };
    }),
  );
}

export const kubeconfigFiles = (files: string): string[] => files.split(delimiter).filter((file) => file !== '');

/** Which files the learner's own kubectl reads. */
export function learnersKubeconfig(learner: Readonly<Record<string, string | undefined>>): string {
  const named = learner['KUBECONFIG'];
  if (named !== undefined && named !== '') return named;
  return join(learner['HOME'] ?? learner['USERPROFILE'] ?? '', '.kube', 'config');
}

/** All entries of a list, in the order of the files. */
export const kubeconfigItems = (
  files: readonly KubeconfigFile[],
  list: string,
): { file: KubeconfigFile; item: Record<string, unknown> }[] =>
  files.flatMap((file) => itemsOf(file.config, list).map((item) => ({ file, item })));

/** The first entry of that name in a list (`contexts`, `clusters`, `users`), and the file that has it. */
export function findNamed(
  files: readonly KubeconfigFile[],
  list: string,
  name: string,
): { file: KubeconfigFile; item: Record<string, unknown> } | undefined {
  for (const file of files) {
    const item = itemsOf(file.config, list).find((one) => one['name'] === name);
    if (item) return { file, item };
  }
  return undefined;
}

/** Where the current context of one kubeconfig's text leads; undefined where it has none. */
export function serverIn(text: string): string | undefined {
  const read = [{ path: '', text, config: parseConfig(text) }];
  const name = currentIn(read);
  return name === undefined ? undefined : serverOf(read, name).server;
}

/** Whether two servers are one: `https://a` and `https://A:443/` are. */
export const isSameServer = (one: string, other: string): boolean => normalServer(one) === normalServer(other);

const normalServer = (server: string): string => URL.parse(server)?.href.replace(/\/$/, '') ?? server;

function currentIn(files: readonly KubeconfigFile[]): string | undefined {
  const name = files
    .map(({ config }) => config['current-context'])
    .find((one) => typeof one === 'string' && one !== '');
  return typeof name === 'string' ? name : undefined;
}

function serverOf(files: readonly KubeconfigFile[], context: string): { cluster: string; server: string } {
  const found = findNamed(files, 'contexts', context)?.item['context'];
  const name = isRecord(found) ? String(found['cluster']) : '';
  const cluster = findNamed(files, 'clusters', name)?.item['cluster'];
  return { cluster: name, server: isRecord(cluster) ? String(cluster['server'] ?? '') : '' };
}

/** A file that somebody is writing right now, or broke, says nothing; kubectl will tell the learner what is wrong with it. */
function parseConfig(text: string): Record<string, unknown> {
  try {
    const config: unknown = parse(text);
    return isRecord(config) ? config : {};
  } catch {
    return {};
  }
}

function itemsOf(config: Record<string, unknown>, list: string): Record<string, unknown>[] {
  const items = config[list];
  return Array.isArray(items) ? items.filter((one) => isRecord(one)) : [];
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
