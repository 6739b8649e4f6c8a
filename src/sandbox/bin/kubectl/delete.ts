import type { KubeObject } from '../../../kube/objects.ts';
import { StatusError } from '../../../kube/status.ts';
import { requestJson } from '../api/connection.ts';
import type { CommandSpec } from '../cobra/command.ts';
import { placesOf } from './change.ts';
import { printedKind } from './discovery.ts';
import { nothingNamed, statusText } from './failures.ts';
import {
  allNamespacesFlag,
  dryRunFlag,
  dryRunOf,
  dryRunSuffix,
  filenameFlag,
  openSession,
  type Session,
  selectorFlag,
} from './session.ts';
import { follow, goDuration } from './waiting.ts';

/** `kubectl delete`: all requests first, then the waits, as kubectl orders them. */
type Place = Awaited<ReturnType<typeof placesOf>>[number];

async function deleteOne(session: Session, place: Place): Promise<string | undefined> {
  const { flags } = session;
  const cascade = { foreground: 'Foreground', orphan: 'Orphan' }[flags.string('cascade')] ?? 'Background';
  const grace = flags.bool('force') || flags.bool('now') ? (flags.bool('now') ? 1 : 0) : flags.int('grace-period');
  const body = JSON.stringify({ propagationPolicy: cascade, ...(grace >= 0 ? { gracePeriodSeconds: grace } : {}) });
  const path = dryRunOf(session) === 'none' ? place.path : `${place.path}?dryRun=All`;
  const answer = await requestJson<KubeObject & { details?: { uid?: string } }>(session.api, path, {
    method: 'DELETE',
    body,
  });
  const namespace = /\/namespaces\/([^/]+)\//.exec(place.path)?.[1];
  const where = place.target.resource.namespaced && namespace ? ` from ${namespace} namespace` : '';
  const how = flags.bool('force') ? 'force deleted' : 'deleted';
  if (flags.string('output') === 'name') session.io.out(`${printedKind(place.target.resource)}/${place.target.name}\n`);
  else
    session.io.out(
      `${printedKind(place.target.resource)} ${JSON.stringify(place.target.name)} ${how}${where}${dryRunSuffix(session)}\n`,
    );
  return answer.metadata?.uid ?? answer.details?.uid;
}

export const deleteCommand: CommandSpec = {
  use: 'delete ([-f FILENAME] | TYPE [(NAME | -l label | --all)])',
  short: 'Delete resources by file names, stdin, resources and names, or by resources and label selector',
  example:
    '  # Delete what a file describes\n  kubectl delete -f ./pod.json\n\n  # Delete pods by label\n  kubectl delete pods -l app=bookbuyer -n bookbuyer',
  flags: [
    filenameFlag,
    selectorFlag,
    allNamespacesFlag,
    { name: 'all', type: 'bool', usage: 'Delete all resources, in the namespace of the specified resource types.' },
    { name: 'wait', type: 'bool', default: 'true', usage: 'If true, wait for resources to be gone before returning.' },
    {
      name: 'timeout',
      type: 'duration',
      default: '0s',
      usage:
        'The length of time to wait before giving up on a delete, zero means determine a timeout from the size of the object',
    },
    {
      name: 'grace-period',
      type: 'int',
      default: '-1',
      usage: 'Period of time in seconds given to the resource to terminate gracefully.',
    },
    {
      name: 'force',
      type: 'bool',
      usage: 'If true, immediately remove resources from API and bypass graceful deletion.',
    },
    {
      name: 'now',
      type: 'bool',
      usage: 'If true, resources are signaled for immediate shutdown (same as --grace-period=1).',
    },
    {
      name: 'cascade',
      type: 'string',
      default: 'background',
      bare: 'background',
      usage: 'Must be "background", "orphan", or "foreground".',
    },
    { name: 'ignore-not-found', type: 'bool', usage: 'Treat "resource not found" as a successful delete.' },
    {
      name: 'output',
      short: 'o',
      type: 'string',
      usage: 'Output mode. Use "-o name" for shorter output (resource/name).',
    },
    dryRunFlag,
    { name: 'field-selector', type: 'string', usage: 'Selector (field query) to filter on.' },
  ],
  async run(invocation) {
    const session = await openSession(invocation);
    if (session.args.length === 0 && session.flags.strings('filename').length === 0) throw new Error(nothingNamed);
    if (session.flags.bool('all') && (session.flags.has('selector') || session.flags.has('field-selector')))
      throw new Error("setting 'all' parameter but found a non empty selector. ");
    if (session.flags.bool('force')) {
      session.io.err(
        'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n',
      );
    }
    const places = await placesOf(session, session.args);
    if (places.length === 0) session.io.out('No resources found\n');
    let failed = 0;
    const waits: { place: Place; uid: string | undefined }[] = [];
    for (const place of places) {
      try {
        waits.push({ place, uid: await deleteOne(session, place) });
      } catch (error) {
        const missing = error instanceof StatusError && error.code === 404;
        if (missing && session.flags.bool('ignore-not-found')) continue;
        if (!(error instanceof StatusError)) throw error;
        failed += 1;
        session.io.err(
          `${statusText(error, place.file ? `error when deleting ${JSON.stringify(place.file)}: ` : '')}\n`,
        );
      }
    }
    if (session.flags.bool('wait') && dryRunOf(session) === 'none') await waitUntilGone(session, waits);
    return failed > 0 ? 1 : 0;
  },
};

async function waitUntilGone(
  session: Session,
  waits: readonly { place: Place; uid: string | undefined }[],
): Promise<void> {
  const timeout = goDuration(session.flags.string('timeout'));
  for (const { place, uid } of waits) {
    const listPath = place.path.slice(0, place.path.lastIndexOf('/'));
    const end = await follow(
      session,
      { listPath, name: place.target.name },
      timeout,
      (object) => object === undefined || (uid !== undefined && object.metadata.uid !== uid),
    );
    if (end === 'timed-out')
      throw new Error(`timed out waiting for the condition on ${place.target.resource.resource}/${place.target.name}`);
  }
}
