import { humanDuration } from '../../../kube/duration.ts';
import type { CoreEvent, Service } from '../../../kube/objects.ts';
import { listObjects, requestJson } from '../api/connection.ts';
import type { CommandSpec } from '../cobra/command.ts';
import { preferred } from './discovery.ts';
import { columns, toJson, toYaml } from './print.ts';
import { allNamespacesFlag, openSession, outputFlag } from './session.ts';

/** Commands about the server itself: version, cluster-info, api-resources, api-versions, events. */
interface VersionInfo {
  gitVersion: string;
}

/** The version whose words this kubectl speaks. */
const clientVersion = 'v1.36.2';

/** Kubernetes: kubectl may be one minor version older or newer than the server. */
function skewWarning(server: string): string {
  const minor = (version: string) => Number(/^v1\.(\d+)/.exec(version)?.[1]);
  if (Math.abs(minor(clientVersion) - minor(server)) <= 1) return '';
  return `Warning: version difference between client (1.${minor(clientVersion)}) and server (1.${minor(server)}) exceeds the supported minor version skew of +/-1\n`;
}

export const versionCommand: CommandSpec = {
  use: 'version',
  short: 'Print the client and server version information',
  flags: [
    outputFlag,
    { name: 'client', type: 'bool', usage: 'If true, shows client version only (no server required).' },
  ],
  async run(invocation) {
    const client = { clientVersion: { gitVersion: clientVersion }, kustomizeVersion: 'none' };
    const session = await openSession(invocation);
    const format = session.flags.string('output');
    const server = session.flags.bool('client') ? undefined : await requestJson<VersionInfo>(session.api, '/version');
    const warn = () => session.io.err(server ? skewWarning(server.gitVersion) : '');
    if (format === 'json' || format === 'yaml') {
      const all = { ...client, ...(server ? { serverVersion: server } : {}) };
      session.io.out(format === 'json' ? toJson(all) : await toYaml(all));
      warn();
      return 0;
    }
    session.io.out(`Client Version: ${clientVersion} (the sandbox's own kubectl)\n`);
    if (server) session.io.out(`Server Version: ${server.gitVersion}\n`);
    warn();
    return 0;
  },
};

export const clusterInfoCommand: CommandSpec = {
  use: 'cluster-info',
  short: 'Display cluster information',
  async run(invocation) {
    const session = await openSession(invocation);
    const { items } = await requestJson<{ items: Service[] }>(
      session.api,
      `/api/v1/namespaces/kube-system/services?labelSelector=${encodeURIComponent('kubernetes.io/cluster-service=true')}`,
    );
    const services = items.map((service) => {
      const { metadata, spec } = service;
      const [port] = spec.ports ?? [];
      const word = metadata.labels?.['kubernetes.io/name'] ?? metadata.name;
      const path = `${metadata.namespace}/services/${metadata.name}${port?.name ? `:${port.name}` : ''}`;
      return `${word} is running at ${session.api.server}/api/v1/namespaces/${path}/proxy\n`;
    });
    session.io.out(
      `Kubernetes control plane is running at ${session.api.server}\n${services.join('')}\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n`,
    );
    return 0;
  },
};

export const apiResourcesCommand: CommandSpec = {
  use: 'api-resources',
  short: 'Print the supported API resources on the server',
  flags: [
    outputFlag,
    {
      name: 'no-headers',
      type: 'bool',
      usage: "When using the default or custom-column output format, don't print headers",
    },
    { name: 'api-group', type: 'string', usage: 'Limit to resources in the specified API group.' },
    {
      name: 'namespaced',
      type: 'bool',
      default: 'true',
      usage: 'If false, non-namespaced resources will be returned.',
    },
    { name: 'verbs', type: 'strings', usage: 'Limit to resources that support the specified verbs.' },
  ],
  async run(invocation) {
    const session = await openSession(invocation);
    const { flags } = session;
    const all = preferred(await session.resources())
      .filter((entry) => !flags.has('api-group') || entry.group === flags.string('api-group'))
      .filter((entry) => !flags.has('namespaced') || entry.namespaced === flags.bool('namespaced'))
      .filter((entry) => flags.strings('verbs').every((verb) => entry.verbs.includes(verb)))
      .sort((a, b) => (a.group === b.group ? (a.resource < b.resource ? -1 : 1) : a.group < b.group ? -1 : 1));
    const groupVersion = (entry: (typeof all)[number]) =>
      entry.group === '' ? entry.version : `${entry.group}/${entry.version}`;
    if (flags.string('output') === 'name') {
      session.io.out(all.map((entry) => `${entry.resource}${entry.group === '' ? '' : `.${entry.group}`}\n`).join(''));
      return 0;
    }
    const wide = flags.string('output') === 'wide';
    const rows = all.map((entry) => [
      entry.resource,
      entry.shortNames.join(','),
      groupVersion(entry),
      String(entry.namespaced),
      entry.kind,
      ...(wide ? [entry.verbs.join(','), entry.categories.join(',')] : []),
    ]);
    const head = ['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND', ...(wide ? ['VERBS', 'CATEGORIES'] : [])];
    session.io.out(columns([...(flags.bool('no-headers') ? [] : [head]), ...rows]));
    return 0;
  },
};

export const apiVersionsCommand: CommandSpec = {
  use: 'api-versions',
  short: 'Print the supported API versions on the server, in the form of "group/version"',
  async run(invocation) {
    const session = await openSession(invocation);
    const all = new Set(
      (await session.resources()).map((entry) =>
        entry.group === '' ? entry.version : `${entry.group}/${entry.version}`,
      ),
    );
    session.io.out(
      [...all]
        .sort()
        .map((name) => `${name}\n`)
        .join(''),
    );
    return 0;
  },
};

export const eventsCommand: CommandSpec = {
  use: 'events',
  short: 'List events',
  flags: [
    allNamespacesFlag,
    { name: 'for', type: 'string', usage: 'Filter events to only those pertaining to the specified resource.' },
  ],
  async run(invocation) {
    const session = await openSession(invocation);
    const scope = session.namespace ? `/namespaces/${session.namespace}` : '';
    const wanted = session.flags.string('for').toLowerCase();
    if (wanted !== '' && !wanted.includes('/')) throw new Error('--for must be in resource/name form');
    const nameOf = (event: CoreEvent) => `${event.involvedObject.kind}/${event.involvedObject.name}`;
    const time = (event: CoreEvent) =>
      Date.parse(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '');
    const events = (await listObjects<CoreEvent>(session.api, `/api/v1${scope}/events`))
      .filter((event) => wanted === '' || nameOf(event).toLowerCase() === wanted)
      .sort((a, b) => time(a) - time(b));
    if (events.length === 0) {
      session.io.err(session.namespace ? `No events found in ${session.namespace} namespace.\n` : 'No events found.\n');
      return 0;
    }
    const now = Date.now();
    const age = (event: CoreEvent) => {
      const last = humanDuration(now - time(event));
      return (event.count ?? 1) > 1
        ? `${last} (x${event.count} over ${humanDuration(now - Date.parse(event.firstTimestamp ?? ''))})`
        : last;
    };
    const rows = events.map((event) => [
      ...(session.namespace ? [] : [event.metadata.namespace ?? '']),
      age(event),
      event.type ?? '',
      event.reason ?? '',
      nameOf(event),
      event.message ?? '',
    ]);
    session.io.out(
      columns([
        [...(session.namespace ? [] : ['NAMESPACE']), 'LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'],
        ...rows,
      ]),
    );
    return 0;
  },
};
