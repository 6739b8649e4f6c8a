import { parse, stringify } from 'yaml';
import { isJsonObject, type JsonObject } from '../../kube/json-value.ts';
import type { BundledContext, SandboxBundle } from './bundle.ts';

/** A kubeconfig without what it opens, and one made anew. A stranger's could start programs, so none travels. Pure. */
export interface KnownUser {
  cluster: string;
  token: string;
}

type Contexts = Pick<SandboxBundle, 'contexts' | 'currentContext'>;

/** Those contexts whose user is one of ours. */
export function contextsOf(kubeconfig: string, users: readonly KnownUser[]): Contexts {
  const config = readConfig(kubeconfig);
  const clusterOfUser = new Map<unknown, string>();
  for (const { name, user } of namedIn(config, 'users')) {
    const token = isJsonObject(user) ? user['token'] : undefined;
    const known = users.find((one) => one.token !== '' && one.token === token);
    if (known) clusterOfUser.set(name, known.cluster);
  }
  const contexts = namedIn(config, 'contexts').flatMap(({ name, context }): BundledContext[] => {
    if (!isJsonObject(context)) return [];
    const cluster = clusterOfUser.get(context['user']);
    const namespace = context['namespace'];
    if (cluster === undefined) return [];
    return [{ name: String(name), cluster, ...(typeof namespace === 'string' && { namespace }) }];
  });
  return { contexts, currentContext: String(config['current-context'] ?? '') };
}

function readConfig(text: string): JsonObject {
  try {
    const config: unknown = parse(text);
    return isJsonObject(config) ? config : {};
  } catch {
    // A file that the learner broke leads nowhere, here as there.
    return {};
  }
}

function namedIn(config: JsonObject, list: 'users' | 'contexts'): JsonObject[] {
  const all = config[list];
  return Array.isArray(all) ? all.filter(isJsonObject) : [];
}

/** How a cluster is reached on this machine. */
export interface Reached extends KnownUser {
  server: string;
  authority: string;
}

export function kubeconfigOf({ contexts, currentContext }: Contexts, reached: readonly Reached[]): string {
  const lead = contexts.flatMap((context) => {
    const found = reached.find(({ cluster }) => cluster === context.cluster);
    return found ? [{ ...context, ...found }] : [];
  });
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    preferences: {},
    clusters: lead.map(({ name, server, authority }) => ({
      name,
      cluster: { 'certificate-authority-data': Buffer.from(authority).toString('base64'), server },
    })),
    users: lead.map(({ name, token }) => ({ name: `user-of-${name}`, user: { token } })),
    contexts: lead.map(({ name, namespace }) => ({
      name,
      context: { cluster: name, user: `user-of-${name}`, ...(namespace !== undefined && { namespace }) },
    })),
    'current-context': currentContext,
  });
}
