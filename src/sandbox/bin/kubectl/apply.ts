import type { KubeObject } from '../../../kube/objects.ts';
import { StatusError } from '../../../kube/status.ts';
import { getObject, requestJson } from '../api/connection.ts';
import type { CommandSpec } from '../cobra/command.ts';
import { type ApiResource, pathOf, printedKind } from './discovery.ts';
import { failureText, serverText, statusText } from './failures.ts';
import { printObjects, sorted, wantsObjects } from './print.ts';
import { dryRunFlag, dryRunOf, dryRunSuffix, filenameFlag, openSession, outputFlag, type Session } from './session.ts';
import { type Manifest, manifestsOf, placeOf } from './targets.ts';
import { threeWayMergePatch } from './three-way-merge.ts';

/**
 * `kubectl apply` and `create -f`. Client-side apply: what the last apply said is kept in an annotation, so that
 * fields which vanished from the file can be removed, and fields that others set stay.
 */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Built-in kinds take strategic merge patches, in which lists merge by key; custom resources do not. */
const isBuiltIn = ({ group }: ApiResource): boolean => !group.includes('.') || group.endsWith('.k8s.io');

function withAnnotation(object: Manifest['object'], namespace: string | undefined): Manifest['object'] {
  const { [lastApplied]: _old, ...annotations } = object.metadata.annotations ?? {};
  const placed = { ...object, metadata: { ...object.metadata, annotations, ...(namespace ? { namespace } : {}) } };
  const recorded = `${JSON.stringify(sorted(placed))}\n`;
  return { ...placed, metadata: { ...placed.metadata, annotations: { ...annotations, [lastApplied]: recorded } } };
}

/** A refusal, and what was being done: kubectl adds it to all but a lone 422. */
class Doing extends Error {
  override readonly name = 'Doing';

  constructor(what: string, cause: unknown) {
    super(what, { cause });
  }
}

interface Outcome {
  resource: ApiResource;
  object: KubeObject;
  word: string;
}

async function applyOne(session: Session, manifest: Manifest, query: string): Promise<Outcome> {
  const { resource, namespace } = await placeOf(session, manifest);
  const name = manifest.object.metadata.name;
  if (!name) throw new Error(`error from ${manifest.file}: resource name may not be empty`);
  const path = pathOf(resource, namespace, name);
  const wanted = withAnnotation(manifest.object, namespace);
  const live = await getObject(session.api, path);
  if (!live) {
    const object = await requestJson<KubeObject>(session.api, `${pathOf(resource, namespace)}?${query}`, {
      method: 'POST',
      body: JSON.stringify(wanted),
    }).catch((error: unknown) => {
      throw new Doing(`creating ${JSON.stringify(manifest.file)}`, error);
    });
    return { resource, object, word: 'created' };
  }
  const recorded = live.metadata.annotations?.[lastApplied];
  if (recorded === undefined) {
    session.io.err(
      `Warning: resource ${resource.resource}/${name} is missing the ${lastApplied} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n`,
    );
  }
  const before: unknown = recorded ? JSON.parse(recorded) : undefined;
  const previous =
    isRecord(before) && isRecord(before['metadata'])
      ? {
          ...before,
          metadata: {
            ...before['metadata'],
            annotations: { ...(before['metadata']['annotations'] as object), [lastApplied]: '' },
          },
        }
      : before;
  const patch = threeWayMergePatch(previous, wanted, live, isBuiltIn(resource));
  if (Object.keys(patch).length === 0) return { resource, object: live, word: 'unchanged' };
  const body = JSON.stringify(sorted(patch));
  const object = await requestJson<KubeObject>(session.api, `${path}?${query}`, {
    method: 'PATCH',
    contentType: isBuiltIn(resource) ? 'application/strategic-merge-patch+json' : 'application/merge-patch+json',
    body,
  }).catch((error: unknown) => {
    const { group, version, resource: plural, kind } = resource;
    const where = `Resource: "${group}/${version}, Resource=${plural}", GroupVersionKind: "${group}/${version}, Kind=${kind}"\nName: ${JSON.stringify(name)}, Namespace: ${JSON.stringify(namespace ?? '')}`;
    const file = JSON.stringify(manifest.file);
    throw new Doing(`applying patch:\n${body}\nto:\n${where}\nfor: ${file}: error when patching ${file}`, error);
  });
  return {
    resource,
    object,
    word: object.metadata.resourceVersion === live.metadata.resourceVersion ? 'unchanged' : 'configured',
  };
}

async function applyServerSide(session: Session, manifest: Manifest, query: string): Promise<Outcome> {
  const { resource, namespace } = await placeOf(session, manifest);
  const path = pathOf(resource, namespace, manifest.object.metadata.name);
  const object = await requestJson<KubeObject>(session.api, `${path}?${query}`, {
    method: 'PATCH',
    contentType: 'application/apply-patch+yaml',
    body: JSON.stringify(manifest.object),
  });
  return { resource, object, word: 'serverside-applied' };
}

async function createOne(session: Session, manifest: Manifest, query: string): Promise<Outcome> {
  const { resource, namespace } = await placeOf(session, manifest);
  const object = await requestJson<KubeObject>(session.api, `${pathOf(resource, namespace)}?${query}`, {
    method: 'POST',
    body: JSON.stringify(manifest.object),
  });
  return { resource, object, word: 'created' };
}

/** Runs over all objects of the files; one that fails is told and does not stop the others, as kubectl does. */
export async function forEachManifest(
  session: Session,
  verb: string,
  act: (manifest: Manifest) => Promise<Outcome>,
): Promise<number> {
  const manifests = await manifestsOf(session);
  if (manifests.length === 0) throw new Error(`no objects passed to ${verb}`);
  const format = session.flags.string('output');
  const suffix = dryRunSuffix(session);
  const failures: { error: unknown; manifest: Manifest }[] = [];
  const done: Outcome[] = [];
  for (const manifest of manifests) {
    try {
      const outcome = await act(manifest);
      done.push(outcome);
      if (!wantsObjects(format))
        session.io.out(`${printedKind(outcome.resource)}/${outcome.object.metadata.name} ${outcome.word}${suffix}\n`);
    } catch (error) {
      failures.push({ error, manifest });
    }
  }
  if (wantsObjects(format)) session.io.out(await printObjects(format, done, done.length === 1));
  for (const { error, manifest } of failures)
    session.io.err(`${manifestError(error, verb, manifest, failures.length === 1)}\n`);
  return failures.length > 0 ? 1 : 0;
}

/** k8s.io/kubectl/pkg/cmd/apply: what server-side apply says below a conflict. */
const conflictAdvice = `Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`;

/** Among several failures, even a 422 is told in the server's words. */
function manifestError(error: unknown, verb: string, { file }: Manifest, alone: boolean): string {
  const refusal = error instanceof Doing ? error.cause : error;
  if (!(refusal instanceof StatusError))
    return alone || !(refusal instanceof Error) ? failureText(refusal) : refusal.message;
  if (verb === 'apply' && refusal.reason === 'Conflict' && refusal.status.details?.causes)
    return `error: ${refusal.message}\n${conflictAdvice}`;
  let lead = '';
  if (error instanceof Doing) lead = `error when ${error.message}: `;
  else if (verb === 'create') lead = `error when creating ${JSON.stringify(file)}: `;
  return alone ? statusText(refusal, lead) : serverText(refusal, lead);
}

function queryOf(session: Session, manager: string, extra: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    fieldManager: session.flags.string('field-manager') || manager,
    fieldValidation: 'Strict',
    ...extra,
  });
  // A client's dry run asks the server too, which answers more truly than a guess here; nothing is kept either way.
  if (dryRunOf(session) !== 'none') query.set('dryRun', 'All');
  return query.toString();
}

const managerFlag = {
  name: 'field-manager',
  type: 'string',
  usage: 'Name of the manager used to track field ownership.',
} as const;

export const applyCommand: CommandSpec = {
  use: 'apply -f FILENAME',
  short: 'Apply a configuration to a resource by file name or stdin',
  example:
    '  # Apply the configuration in pod.json\n  kubectl apply -f ./pod.json\n\n  # Apply what comes from standard input\n  cat pod.json | kubectl apply -f -',
  flags: [
    filenameFlag,
    outputFlag,
    dryRunFlag,
    managerFlag,
    { name: 'server-side', type: 'bool', usage: 'If true, apply runs in the server instead of the client.' },
    {
      name: 'force-conflicts',
      type: 'bool',
      usage: 'If true, server-side apply will force the changes against conflicts.',
    },
    {
      name: 'validate',
      type: 'string',
      default: 'strict',
      bare: 'strict',
      usage: 'Must be one of: strict (or true), warn, ignore (or false).',
    },
  ],
  async run(invocation) {
    const session = await openSession(invocation);
    if (session.flags.strings('filename').length === 0) throw new Error('must specify one of -f and -k');
    if (session.flags.bool('server-side')) {
      const query = queryOf(session, 'kubectl', { force: String(session.flags.bool('force-conflicts')) });
      return forEachManifest(session, 'apply', (manifest) => applyServerSide(session, manifest, query));
    }
    const query = queryOf(session, 'kubectl-client-side-apply');
    return forEachManifest(session, 'apply', (manifest) => applyOne(session, manifest, query));
  },
};

const createNamespace: CommandSpec = {
  use: 'namespace NAME',
  aliases: ['ns'],
  short: 'Create a namespace with the specified name',
  example: '  # Create a new namespace named my-namespace\n  kubectl create namespace my-namespace',
  flags: [dryRunFlag, outputFlag],
  args: (args) =>
    args.length === 1
      ? undefined
      : `exactly one NAME is required, got ${args.length}\nSee 'kubectl create namespace -h' for help and examples`,
  async run(invocation) {
    const session = await openSession(invocation);
    const [name = ''] = session.args;
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    const query = queryOf(session, 'kubectl-create');
    const object: KubeObject =
      dryRunOf(session) === 'client'
        ? { ...namespace, spec: {}, status: {} }
        : await requestJson<KubeObject>(session.api, `/api/v1/namespaces?${query}`, {
            method: 'POST',
            body: JSON.stringify(namespace),
          });
    const format = session.flags.string('output');
    const resource = await session.resource('namespaces');
    session.io.out(
      wantsObjects(format)
        ? await printObjects(format, [{ resource, object }], true)
        : `namespace/${name} created${dryRunSuffix(session)}\n`,
    );
    return 0;
  },
};

export const createCommand: CommandSpec = {
  use: 'create -f FILENAME',
  short: 'Create a resource from a file or from stdin',
  example:
    '  # Create what a file describes\n  kubectl create -f ./pod.json\n\n  # Create a namespace\n  kubectl create namespace my-namespace',
  flags: [filenameFlag, outputFlag, dryRunFlag, managerFlag],
  commands: [createNamespace],
  async run(invocation) {
    const session = await openSession(invocation);
    if (session.flags.strings('filename').length === 0) throw new Error('must specify one of -f and -k');
    const query = queryOf(session, 'kubectl-create');
    return forEachManifest(session, 'create', (manifest) => createOne(session, manifest, query));
  },
};
