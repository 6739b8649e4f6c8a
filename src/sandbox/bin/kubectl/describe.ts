import { humanDuration } from '../../../kube/duration.ts';
import type {
  CoreEvent,
  Deployment,
  Endpoints,
  KubeObject,
  Namespace,
  Pod,
  ReplicaSet,
  Service,
} from '../../../kube/objects.ts';
import { getObject, listObjects } from '../api/connection.ts';
import type { CommandSpec } from '../cobra/command.ts';
import { placesOf } from './change.ts';
import { describeContainers, describePod, goTime } from './describe-pod.ts';
import { DescribeText } from './describe-text.ts';
import { pathOf } from './discovery.ts';
import { withoutManagedFields } from './print.ts';
import { allNamespacesFlag, filenameFlag, openSession, type Session, selectorFlag } from './session.ts';

/** `kubectl describe`: pages for the kinds of the course, and kubectl's generic tree for every other kind. */
function selectorText(selector: Record<string, string> | undefined): string {
  const pairs = Object.entries(selector ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? '<none>' : pairs.sort().join(',');
}

function describeHead(out: DescribeText, { metadata }: KubeObject): void {
  out.line(0, `Name:\t${metadata.name}`);
  if (metadata.namespace) out.line(0, `Namespace:\t${metadata.namespace}`);
}

async function describeDeployment(out: DescribeText, session: Session, deployment: Deployment): Promise<void> {
  const { metadata, spec, status = {} } = deployment;
  describeHead(out, deployment);
  out.line(0, `CreationTimestamp:\t${goTime(metadata.creationTimestamp)}`);
  out.pairs(0, 'Labels', metadata.labels);
  out.pairs(0, 'Annotations', metadata.annotations, ': ');
  out.line(0, `Selector:\t${selectorText(spec.selector.matchLabels)}`);
  const counts = [
    `${spec.replicas ?? 1} desired`,
    `${status.updatedReplicas ?? 0} updated`,
    `${status.replicas ?? 0} total`,
    `${status.availableReplicas ?? 0} available`,
    `${status.unavailableReplicas ?? 0} unavailable`,
  ];
  out.line(0, `Replicas:\t${counts.join(' | ')}`);
  out.line(0, `StrategyType:\t${spec.strategy?.type ?? 'RollingUpdate'}`);
  out.line(0, `MinReadySeconds:\t${spec.minReadySeconds ?? 0}`);
  const rolling = spec.strategy?.rollingUpdate;
  if (rolling)
    out.line(0, `RollingUpdateStrategy:\t${rolling.maxUnavailable} max unavailable, ${rolling.maxSurge} max surge`);
  out.line(0, 'Pod Template:');
  out.pairs(1, 'Labels', spec.template.metadata?.labels);
  if (spec.template.metadata?.annotations) out.pairs(1, 'Annotations', spec.template.metadata.annotations, ': ');
  if (spec.template.spec.serviceAccountName) out.line(1, `Service Account:\t${spec.template.spec.serviceAccountName}`);
  describeContainers(out, spec.template.spec, undefined);
  out.line(1, 'Volumes:\t<none>');
  out.pairs(1, 'Node-Selectors', spec.template.spec.nodeSelector);
  out.line(1, 'Tolerations:\t<none>');
  if (status.conditions?.length) {
    out.line(0, 'Conditions:');
    out.line(1, 'Type\tStatus\tReason');
    out.line(1, '----\t------\t------');
    for (const condition of status.conditions)
      out.line(1, `${condition.type}\t${condition.status}\t${condition.reason ?? ''}`);
  }
  const sets = await listObjects<ReplicaSet>(
    session.api,
    pathOf(await session.resource('replicasets'), metadata.namespace),
  );
  const owned = sets.filter((set) => set.metadata.ownerReferences?.some((owner) => owner.uid === metadata.uid));
  const revision = metadata.annotations?.['deployment.kubernetes.io/revision'];
  const isNew = (set: ReplicaSet) => set.metadata.annotations?.['deployment.kubernetes.io/revision'] === revision;
  const words = (list: ReplicaSet[]) =>
    list
      .map((set) => `${set.metadata.name} (${set.status?.replicas ?? 0}/${set.spec.replicas ?? 0} replicas created)`)
      .join(', ') || '<none>';
  out.line(0, `OldReplicaSets:\t${words(owned.filter((set) => !isNew(set)))}`);
  out.line(0, `NewReplicaSet:\t${words(owned.filter(isNew))}`);
}

async function describeService(out: DescribeText, session: Session, service: Service): Promise<void> {
  const { metadata, spec } = service;
  describeHead(out, service);
  out.pairs(0, 'Labels', metadata.labels);
  out.pairs(0, 'Annotations', metadata.annotations, ': ');
  out.line(0, `Selector:\t${selectorText(spec.selector)}`);
  out.line(0, `Type:\t${spec.type ?? 'ClusterIP'}`);
  out.line(0, `IP Family Policy:\t${String(spec['ipFamilyPolicy'] ?? 'SingleStack')}`);
  out.line(0, 'IP Families:\tIPv4');
  out.line(0, `IP:\t${spec.clusterIP ?? ''}`);
  out.line(0, `IPs:\t${spec.clusterIPs?.join(',') ?? ''}`);
  const endpoints = await getObject<Endpoints>(
    session.api,
    `/api/v1/namespaces/${metadata.namespace}/endpoints/${metadata.name}`,
  );
  for (const port of spec.ports ?? []) {
    out.line(0, `Port:\t${port.name ?? '<unset>'}\t${port.port}/${port.protocol ?? 'TCP'}`);
    out.line(0, `TargetPort:\t${port.targetPort ?? port.port}/${port.protocol ?? 'TCP'}`);
    const addresses = (endpoints?.subsets ?? []).flatMap((subset) =>
      (subset.addresses ?? []).flatMap((address) =>
        (subset.ports ?? [])
          .filter((entry) => (entry.name ?? '') === (port.name ?? ''))
          .map((entry) => `${address.ip}:${entry.port}`),
      ),
    );
    out.line(0, `Endpoints:\t${addresses.join(',') || '<none>'}`);
  }
  out.line(0, `Session Affinity:\t${String(spec['sessionAffinity'] ?? 'None')}`);
  out.line(0, `Internal Traffic Policy:\t${String(spec['internalTrafficPolicy'] ?? 'Cluster')}`);
}

function describeNamespace(out: DescribeText, namespace: Namespace): void {
  describeHead(out, namespace);
  out.pairs(0, 'Labels', namespace.metadata.labels);
  out.pairs(0, 'Annotations', namespace.metadata.annotations, ': ');
  out.line(0, `Status:\t${namespace.status?.phase ?? ''}`);
  out.line(0, '');
  out.line(0, 'No resource quota.');
  out.line(0, '');
  out.line(0, 'No LimitRange resource.');
}

/** `creationTimestamp` is `Creation Timestamp`, `uid` is `UID`: k8s.io/kubectl smartLabelFor. */
function smartLabel(key: string): string {
  if (/[./-]/.test(key)) return key;
  const words = key.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').split(' ');
  return words
    .map((word) =>
      ['api', 'url', 'uid', 'tls', 'osb', 'gid'].includes(word.toLowerCase())
        ? word.toUpperCase()
        : word.charAt(0).toUpperCase() + word.slice(1),
    )
    .join(' ');
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function describeTree(out: DescribeText, level: number, fields: Record<string, unknown>): void {
  for (const key of Object.keys(fields).sort()) {
    const value = fields[key];
    const label = smartLabel(key);
    if (isRecord(value)) {
      out.line(level, `${label}:`);
      describeTree(out, level + 1, value);
    } else if (Array.isArray(value)) {
      out.line(level, `${label}:`);
      for (const item of value) {
        if (isRecord(item)) describeTree(out, level + 1, item);
        else out.line(level + 1, String(item));
      }
    } else out.line(level, `${label}:\t${String(value)}`);
  }
}

function describeOther(out: DescribeText, object: KubeObject): void {
  const { apiVersion, kind, metadata, ...rest } = withoutManagedFields(object);
  describeHead(out, object);
  out.pairs(0, 'Labels', metadata.labels);
  out.pairs(0, 'Annotations', metadata.annotations, ': ');
  out.line(0, `API Version:\t${apiVersion}`);
  out.line(0, `Kind:\t${kind}`);
  const { name: _name, namespace: _namespace, labels: _labels, annotations: _annotations, ...shown } = metadata;
  out.line(0, 'Metadata:');
  describeTree(out, 1, shown);
  describeTree(out, 0, rest);
}

async function describeEvents(out: DescribeText, session: Session, { metadata }: KubeObject): Promise<void> {
  const namespace = metadata.namespace ?? 'default';
  const field = encodeURIComponent(`involvedObject.name=${metadata.name},involvedObject.uid=${metadata.uid}`);
  const events = await listObjects<CoreEvent>(
    session.api,
    `/api/v1/namespaces/${namespace}/events?fieldSelector=${field}`,
  );
  if (events.length === 0) {
    out.line(0, 'Events:\t<none>');
    return;
  }
  const now = Date.now();
  const age = (event: CoreEvent) => {
    const last = humanDuration(now - Date.parse(event.lastTimestamp ?? event.eventTime ?? ''));
    const first = humanDuration(now - Date.parse(event.firstTimestamp ?? event.eventTime ?? ''));
    return (event.count ?? 1) > 1 ? `${last} (x${event.count} over ${first})` : last;
  };
  out.line(0, 'Events:');
  out.line(1, 'Type\tReason\tAge\tFrom\tMessage');
  out.line(1, '----\t------\t----\t----\t-------');
  const ordered = events.sort((a, b) => Date.parse(a.lastTimestamp ?? '') - Date.parse(b.lastTimestamp ?? ''));
  for (const event of ordered)
    out.line(
      1,
      [
        event.type,
        event.reason,
        age(event),
        event.source?.component ?? event.reportingComponent ?? '',
        event.message,
      ].join('\t'),
    );
}

async function describeObject(session: Session, resource: string, object: KubeObject): Promise<string> {
  const out = new DescribeText();
  switch (resource) {
    case 'pods':
      describePod(out, object as Pod);
      break;
    case 'deployments':
      await describeDeployment(out, session, object as Deployment);
      break;
    case 'services':
      await describeService(out, session, object as Service);
      break;
    case 'namespaces':
      describeNamespace(out, object as Namespace);
      return out.toString();
    default:
      describeOther(out, object);
  }
  await describeEvents(out, session, object);
  return out.toString();
}

export const describeCommand: CommandSpec = {
  use: 'describe (-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME)',
  short: 'Show details of a specific resource or group of resources',
  example:
    '  # Describe a pod\n  kubectl describe pods/nginx\n\n  # Describe all pods of a namespace\n  kubectl describe pods -n bookbuyer',
  flags: [
    filenameFlag,
    selectorFlag,
    allNamespacesFlag,
    { name: 'all', type: 'bool', default: 'true', usage: 'Describe all when no name is given', hidden: true },
  ],
  async run(invocation) {
    const session = await openSession(invocation);
    const places = await placesOf(session, session.args);
    if (places.length === 0) {
      session.io.err(`No resources found in ${session.defaultNamespace} namespace.\n`);
      return 0;
    }
    const pages: string[] = [];
    for (const { target, path } of places) {
      const object = await getObject<KubeObject>(session.api, path);
      if (!object)
        throw new Error(
          `Error from server (NotFound): ${target.resource.resource}${target.resource.group ? `.${target.resource.group}` : ''} ${JSON.stringify(target.name)} not found`,
        );
      pages.push(await describeObject(session, target.resource.resource, object));
    }
    session.io.out(pages.join('\n\n'));
    return 0;
  },
};
