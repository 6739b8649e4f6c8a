import type { Deployment, KubeObject, ReplicaSet, StatefulSet } from '../../../kube/objects.ts';
import { requestJson } from '../api/connection.ts';
import type { CommandSpec } from '../cobra/command.ts';
import { placesOf } from './change.ts';
import { describePodTemplate } from './describe-pod.ts';
import { DescribeText } from './describe-text.ts';
import { pathOf, printedKind } from './discovery.ts';
import { columns } from './print.ts';
import { filenameFlag, openSession, type Session, selectorFlag } from './session.ts';
import { deploymentProgress, follow, goDuration, statefulSetProgress } from './waiting.ts';

/** `kubectl rollout status|restart|history|undo`. */
const revisionAnnotation = 'deployment.kubernetes.io/revision';

async function onePlace(session: Session) {
  const [place] = await placesOf(session, session.args);
  if (!place) throw new Error('required resource not specified');
  return place;
}

const status: CommandSpec = {
  use: 'status (TYPE NAME | TYPE/NAME)',
  short: 'Show the status of the rollout',
  example: '  kubectl rollout status deployment/bookstore -n bookstore',
  flags: [
    filenameFlag,
    selectorFlag,
    {
      name: 'watch',
      short: 'w',
      type: 'bool',
      default: 'true',
      usage: "Watch the status of the rollout until it's done.",
    },
    {
      name: 'timeout',
      type: 'duration',
      default: '0s',
      usage: 'The length of time to wait before ending watch, zero means never.',
    },
  ],
  async run(invocation) {
    const session = await openSession(invocation);
    const { target, path } = await onePlace(session);
    await requestJson(session.api, path);
    if (!['deployments', 'statefulsets'].includes(target.resource.resource)) {
      throw new Error(`no status viewer has been implemented for ${target.resource.kind}`);
    }
    let last = '';
    const tell = (object: KubeObject | undefined): boolean => {
      if (!object) throw new Error('object has been deleted');
      const progress =
        target.resource.resource === 'deployments'
          ? deploymentProgress(target.name, object as Deployment)
          : statefulSetProgress(object as StatefulSet);
      if (progress.text !== last) session.io.out(progress.text);
      last = progress.text;
      return progress.finished || !session.flags.bool('watch');
    };
    const listPath = path.slice(0, path.lastIndexOf('/'));
    const end = await follow(
      session,
      { listPath, name: target.name },
      goDuration(session.flags.string('timeout')),
      tell,
    );
    if (end === 'timed-out') throw new Error('timed out waiting for the condition');
    return 0;
  },
};

const restart: CommandSpec = {
  use: 'restart RESOURCE',
  short: 'Restart a resource',
  example:
    '  # Restart a deployment: its pods are replaced, a few at a time\n  kubectl rollout restart deployment/bookbuyer -n bookbuyer',
  flags: [filenameFlag, selectorFlag],
  async run(invocation) {
    const session = await openSession(invocation);
    const places = await placesOf(session, session.args, { allWithoutNames: true });
    if (places.length === 0) throw new Error('required resource not specified');
    for (const { target, path } of places) {
      if (!['deployments', 'statefulsets'].includes(target.resource.resource)) {
        await requestJson(session.api, path);
        throw new Error(`${target.resource.resource} ${JSON.stringify(target.name)} restarting is not supported`);
      }
      const body = JSON.stringify({
        spec: {
          template: {
            metadata: {
              annotations: { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString().replace(/\.\d+/, '') },
            },
          },
        },
      });
      await requestJson(session.api, `${path}?fieldManager=kubectl-rollout`, {
        method: 'PATCH',
        contentType: 'application/strategic-merge-patch+json',
        body,
      });
      session.io.out(`${printedKind(target.resource)}/${target.name} restarted\n`);
    }
    return 0;
  },
};

async function revisionsOf(
  session: Session,
  deployment: Deployment,
): Promise<{ revision: number; replicaSet: ReplicaSet }[]> {
  const replicaSets = await session.resource('replicasets');
  const list = await requestJson<{ items: ReplicaSet[] }>(
    session.api,
    pathOf(replicaSets, deployment.metadata.namespace),
  );
  return list.items
    .filter((set) => set.metadata.ownerReferences?.some((owner) => owner.uid === deployment.metadata.uid))
    .map((replicaSet) => ({ revision: Number(replicaSet.metadata.annotations?.[revisionAnnotation] ?? 0), replicaSet }))
    .sort((a, b) => a.revision - b.revision);
}

const history: CommandSpec = {
  use: 'history (TYPE NAME | TYPE/NAME)',
  short: 'View rollout history',
  example: '  kubectl rollout history deployment/bookstore -n bookstore',
  flags: [
    filenameFlag,
    selectorFlag,
    {
      name: 'revision',
      type: 'int',
      default: '0',
      usage: 'See the details, including podTemplate of the revision specified',
    },
  ],
  async run(invocation) {
    const session = await openSession(invocation);
    const { target, path } = await onePlace(session);
    const deployment = await requestJson<Deployment>(session.api, path);
    const wanted = session.flags.int('revision');
    if (wanted > 0) {
      const template = (await revisionsOf(session, deployment)).find((entry) => entry.revision === wanted)?.replicaSet
        .spec.template;
      if (!template) throw new Error(`unable to find the specified revision`);
      const out = new DescribeText();
      describePodTemplate(out, template);
      session.io.out(`${printedKind(target.resource)}/${target.name} with revision #${wanted}\n${out.unaligned()}\n`);
      return 0;
    }
    const rows = (await revisionsOf(session, deployment)).map(({ revision, replicaSet }) => [
      String(revision),
      replicaSet.metadata.annotations?.['kubernetes.io/change-cause'] ?? '<none>',
    ]);
    session.io.out(
      `${printedKind(target.resource)}/${target.name} \n${columns([['REVISION', 'CHANGE-CAUSE'], ...rows], [], 2)}\n`,
    );
    return 0;
  },
};

const undo: CommandSpec = {
  use: 'undo (TYPE NAME | TYPE/NAME)',
  short: 'Undo a previous rollout',
  example: '  kubectl rollout undo deployment/bookstore -n bookstore',
  flags: [
    filenameFlag,
    selectorFlag,
    {
      name: 'to-revision',
      type: 'int',
      default: '0',
      usage: 'The revision to rollback to. Default to 0 (last revision).',
    },
  ],
  async run(invocation) {
    const session = await openSession(invocation);
    const { target, path } = await onePlace(session);
    const deployment = await requestJson<Deployment>(session.api, path);
    if (deployment.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration']) {
      session.io.err(
        `Warning: resource ${target.resource.resource}/${target.name} was previously managed with 'kubectl apply'. Rolling back will not update the kubectl.kubernetes.io/last-applied-configuration annotation, which may cause unexpected behavior on future 'kubectl apply' operations. Consider using 'kubectl apply' with your previous configuration file instead.\n`,
      );
    }
    const revisions = await revisionsOf(session, deployment);
    const wanted = session.flags.int('to-revision');
    const chosen = wanted > 0 ? revisions.find((entry) => entry.revision === wanted) : revisions.at(-2);
    if (!chosen?.replicaSet.spec.template) {
      throw new Error(
        wanted > 0
          ? `unable to find specified revision ${wanted} in history`
          : `no rollout history found for deployment ${JSON.stringify(target.name)}`,
      );
    }
    const { 'pod-template-hash': _hash, ...labels } = chosen.replicaSet.spec.template.metadata?.labels ?? {};
    const template = {
      ...chosen.replicaSet.spec.template,
      metadata: { ...chosen.replicaSet.spec.template.metadata, labels },
    };
    const body = JSON.stringify([{ op: 'replace', path: '/spec/template', value: template }]);
    await requestJson(session.api, path, { method: 'PATCH', contentType: 'application/json-patch+json', body });
    session.io.out(`${printedKind(target.resource)}/${target.name} rolled back\n`);
    return 0;
  },
};

export const rolloutCommand: CommandSpec = {
  use: 'rollout SUBCOMMAND',
  short: 'Manage the rollout of a resource',
  long: 'Manage the rollout of one or many resources: deployments and statefulsets.',
  commands: [status, restart, history, undo],
};
