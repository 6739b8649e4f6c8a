import { dirname, isAbsolute, join } from 'node:path';
import { stringify } from 'yaml';
import { findNamed, isRecord, type KubeconfigFile } from '../kube-context.ts';

/**
 * One context of a learner's kubeconfig as a file of its own: what commands of the lessons are given, so that no other
 * cluster can be reached by a context that somebody switches meanwhile. Reads nothing; the text holds credentials.
 */
export function privateKubeconfig(files: readonly KubeconfigFile[], name: string): string | undefined {
  const context = findNamed(files, 'contexts', name);
  const pair = context?.item['context'];
  if (!context || !isRecord(pair)) return undefined;
  const cluster = findNamed(files, 'clusters', String(pair['cluster']));
  const user = findNamed(files, 'users', String(pair['user']));
  if (!cluster) return undefined;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [context.item],
    clusters: [withAbsolutePaths(cluster.item, 'cluster', dirname(cluster.file.path))],
    users: user ? [withAbsolutePaths(user.item, 'user', dirname(user.file.path))] : [],
  });
}

/** kubectl takes these relative to the file they stand in (client-go, clientcmd/loader.go). */
const pathFields = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'];

function withAbsolutePaths(item: Record<string, unknown>, part: 'cluster' | 'user', folder: string): object {
  const content = item[part];
  if (!isRecord(content)) return item;
  const absolute = (path: unknown) =>
    typeof path === 'string' && path !== '' && !isAbsolute(path) ? join(folder, path) : path;
  const fields = Object.entries(content).map(([key, value]) => {
    if (pathFields.includes(key)) return [key, absolute(value)];
    if (key === 'exec' && isRecord(value))
      return [key, { ...value, command: absoluteCommand(value['command'], absolute) }];
    return [key, value];
  });
  return { ...item, [part]: Object.fromEntries(fields) };
}

/** A bare name is looked for on PATH; one with a separator is a path. */
const absoluteCommand = (command: unknown, absolute: (path: unknown) => unknown): unknown =>
  typeof command === 'string' && /[\\/]/.test(command) ? absolute(command) : command;
