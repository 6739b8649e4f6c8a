import type { ServedResource } from '../kube/resources.ts';
import { StatusError } from '../kube/status.ts';

/** What kinds a server has, from its discovery documents. */

interface ResourceList {
  resources?: readonly {
    name: string;
    singularName?: string;
    kind: string;
    namespaced: boolean;
    verbs?: readonly string[];
    shortNames?: readonly string[];
  }[];
}

interface GroupList {
  groups?: readonly { name: string; preferredVersion?: { version: string } }[];
}

/** `read` answers with the JSON of a path. A group whose own server is away (metrics) is left out. */
export async function discoverResources(read: (path: string) => Promise<unknown>): Promise<ServedResource[]> {
  const groups = ((await read('/apis')) as GroupList).groups ?? [];
  const places = [
    { group: '', version: 'v1', path: '/api/v1' },
    ...groups.flatMap(({ name, preferredVersion }) =>
      preferredVersion
        ? [{ group: name, version: preferredVersion.version, path: `/apis/${name}/${preferredVersion.version}` }]
        : [],
    ),
  ];
  const lists = await Promise.all(
    places.map(async ({ group, version, path }) => {
      const list = (await read(path).catch(leaveOut)) as ResourceList;
      return (list.resources ?? [])
        .filter(({ name }) => !name.includes('/'))
        .map(({ name, singularName = '', kind, namespaced, verbs = [], shortNames = [] }): ServedResource => {
          const singular = singularName || kind.toLowerCase();
          return { group, version, resource: name, kind, namespaced, singular, verbs, shortNames };
        });
    }),
  );
  return lists.flat();
}

/** A server that does not answer at all says nothing about which kinds there are. */
function leaveOut(error: unknown): ResourceList {
  if (error instanceof StatusError && error.code !== 401 && error.code !== 429) return {};
  throw error;
}
