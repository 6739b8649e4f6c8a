import { humanDuration } from '../../../kube/duration.ts';
import type {
  ConfigMap,
  CoreEvent,
  Deployment,
  KubeObject,
  Namespace,
  Pod,
  ReplicaSet,
  Secret,
  Service,
  StatefulSet,
} from '../../../kube/objects.ts';
import { getObject, listObjects, requestJson } from '../api/connection.ts';
import type { CommandSpec } from '../cobra/command.ts';
import { type Place, placesOf } from './change.ts';
import {
  describeConfigMap,
  describeNamespace,
  describeSecret,
  describeService,
  describeServiceAccount,
} from './describe-configuration.ts';
import { describePod } from './describe-pod.ts';
import { DescribeText } from './describe-text.ts';
import { describeTree } from './describe-tree.ts';
import { describeDeployment, describeReplicaSet, describeStatefulSet } from './describe-workloads.ts';
import { pathOf } from './discovery.ts';
import { allNamespacesFlag, filenameFlag, openSession, type Session, selectorFlag } from './session.ts';
import { targetsOf } from './targets.ts';

/** `kubectl describe`: pages for the kinds of the course, and kubectl's generic tree for every other kind. */
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
        `${event.involvedObject.fieldPath ? `${event.involvedObject.fieldPath}: ` : ''}${event.message ?? ''}`,
      ].join('\t'),
    );
}

/** Writes the page; false when kubectl shows no events below it. */
async function describeKind(
  out: DescribeText,
  session: Session,
  resource: string,
  object: KubeObject,
): Promise<boolean> {
  switch (resource) {
    case 'pods':
      describePod(out, object as Pod);
      return true;
    case 'deployments':
      await describeDeployment(out, session, object as Deployment);
      return true;
    case 'replicasets':
      await describeReplicaSet(out, session, object as ReplicaSet);
      return true;
    case 'statefulsets':
      await describeStatefulSet(out, session, object as StatefulSet);
      return true;
    case 'services':
      await describeService(out, session, object as Service);
      return true;
    case 'serviceaccounts':
      describeServiceAccount(out, object);
      return true;
    case 'configmaps':
      describeConfigMap(out, object as ConfigMap);
      return true;
    case 'secrets':
      describeSecret(out, object as Secret);
      return false;
    case 'namespaces':
      describeNamespace(out, object as Namespace);
      return false;
    default:
      describeTree(out, object);
      return true;
  }
}

/** Names that begin with the word, when no object has it for its whole name. */
async function placesByPrefix(session: Session, place: Place): Promise<Place[]> {
  const { resource, name } = place.target;
  const listPath = place.path.slice(0, place.path.lastIndexOf('/'));
  const found = (await listObjects<KubeObject>(session.api, listPath)).filter((object) =>
    object.metadata.name?.startsWith(name),
  );
  return found.map(({ metadata }) => ({
    target: { resource, name: metadata.name ?? '' },
    path: pathOf(resource, metadata.namespace, metadata.name),
  }));
}

async function placesToDescribe(session: Session): Promise<{ places: Place[]; guessed: boolean }> {
  const places: Place[] = [];
  let guessed = false;
  for (const place of await placesOf(session, session.args)) {
    if (await getObject<KubeObject>(session.api, place.path)) {
      places.push(place);
      continue;
    }
    const near = await placesByPrefix(session, place);
    // Nothing to show: the server's own words for what is missing.
    if (near.length === 0) await requestJson<KubeObject>(session.api, place.path);
    places.push(...near);
    guessed = true;
  }
  return { places, guessed };
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
    {
      name: 'show-events',
      type: 'bool',
      default: 'true',
      usage: 'If true, display events related to the described object.',
    },
  ],
  async run(invocation) {
    const session = await openSession(invocation);
    if (session.args.length === 0 && session.flags.strings('filename').length === 0) {
      throw new Error(
        'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.',
      );
    }
    const { places, guessed } = await placesToDescribe(session);
    if (places.length === 0) {
      const isNamespaced = (await targetsOf(session)).some((target) => target.resource.namespaced);
      session.io.err(
        session.namespace && isNamespaced
          ? `No resources found in ${session.namespace} namespace.\n`
          : 'No resources found\n',
      );
      return 0;
    }
    // kubectl looks for events only when one object is described by its whole name, unless it is asked to.
    const { flags } = session;
    const showsEvents = flags.bool('show-events') && ((places.length === 1 && !guessed) || flags.has('show-events'));
    const pages: string[] = [];
    for (const { target, path } of places) {
      const object = await requestJson<KubeObject>(session.api, path);
      const out = new DescribeText();
      const hasEvents = await describeKind(out, session, target.resource.resource, object);
      if (hasEvents && showsEvents) await describeEvents(out, session, object);
      pages.push(out.toString());
    }
    session.io.out(guessed ? pages.map((page) => `${page}\n`).join('') : pages.join('\n\n'));
    return 0;
  },
};
