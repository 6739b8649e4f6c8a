import { readFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { parse } from 'yaml';

/** What kubectl would use now. Read without the Kubernetes client, which takes a fifth of a second to load. */
export interface KubeContext {
  name: string;
  /** `https://127.0.0.1:6443`, or empty when the context names no known cluster. */
  server: string;
  /** Changes with everything that decides how the cluster is reached. */
  fingerprint: string;
}

/** `files` as in KUBECONFIG. kubectl: the first file that sets a value wins; files that are missing count as empty. */
export async function readKubeContext(files: string): Promise<KubeContext | undefined> {
  const texts = await Promise.all(kubeconfigFiles(files).map((file) => readFile(file, 'utf8').catch(() => '')));
  const configs = texts.map(parseConfig);
  const name = configs.map((config) => config['current-context']).find((one) => typeof one === 'string' && one !== '');
  if (typeof name !== 'string') return undefined;
  const context = named(configs, 'contexts', name)?.['context'];
  const cluster = isRecord(context) ? named(configs, 'clusters', String(context['cluster']))?.['cluster'] : undefined;
  const server = isRecord(cluster) ? String(cluster['server'] ?? '') : '';
  return { name, server, fingerprint: texts.join('\0') };
}

export const kubeconfigFiles = (files: string): string[] => files.split(delimiter).filter((file) => file !== '');

/** A file that somebody is writing right now, or broke, says nothing; kubectl will tell the learner what is wrong with it. */
function parseConfig(text: string): Record<string, unknown> {
  try {
    const config: unknown = parse(text);
    return isRecord(config) ? config : {};
  } catch {
    return {};
  }
}

function named(configs: readonly Record<string, unknown>[], list: string, name: string) {
  for (const config of configs) {
    const items = config[list];
    const item = Array.isArray(items) ? items.find((one) => isRecord(one) && one['name'] === name) : undefined;
    if (isRecord(item)) return item;
  }
  return undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
