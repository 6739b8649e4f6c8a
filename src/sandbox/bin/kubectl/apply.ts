import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../kube/objects.ts';
import { StatusError } from '../../../kube/status.ts';
import { getObject, requestJson } from '../api/connection.ts';
import type { CommandSpec } from '../cobra/command.ts';
import { type ApiResource, pathOf, printedKind } from './discovery.ts';
import { failureText, statusText } from './failures.ts';
import { printObjects, wantsObjects } from './print.ts';
import { filenameFlag, openSession, outputFlag, type Session } from './session.ts';
import { type Manifest, manifestsOf, placeOf } from './targets.ts';

/**
 * `kubectl apply` and `create -f`. Client-side apply: what the last apply said is kept in an annotation, so that
 * fields which vanished from the file can be removed, and fields that others set stay.
 */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A JSON merge patch from the live object to the wanted one: fields of `wanted` that differ, and null for fields that
 * `before` (the last applied file) had and `wanted` has not. Lists count as one value.
 */
export function threeWayMergePatch(
  before: unknown,
  wanted: Record<string, unknown>,
  live: Record<string, unknown>,
): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(wanted)) {
    const current = live[key];
    if (isRecord(value) && isRecord(current)) {
      const inner = threeWayMergePatch(isRecord(before) ? before[key] : undefined, value, current);
      if (Object.keys(inner).length > 0) patch[key] = inner;
    } else if (!isDeepStrictEqual(value, current)) patch[key] = value;
  }
  for (const key of Object.keys(isRecord(before) ? before : {})) {
    if (!(key in wanted) && key in live) patch[key] = null;
  }
  return patch;
}

/** For built-in kinds the server merges lists by key; what vanished from a list is named for deletion. */
function mergeType(resource: ApiResource): string {
  const builtIn = resource.group === '' || !resource.group.includes('.') || resource.group.endsWith('.k8s.io');
  return builtIn ? 'application/strategic-merge-patch+json' : 'application/merge-patch+json';
}

function withAnnotation(object: Manifest['object'], namespace: string | undefined): Manifest['object'] {
  const { [lastApplied]: _old, ...annotations } = object.metadata.annotations ?? {};
  const placed = { ...object, metadata: { ...object.metadata, annotations, ...(namespace ? { namespace } : {}) } };
  const recorded = `${JSON.stringify(placed)}\n`;
  return { ...placed, metadata: { ...placed.metadata, annotations: { ...annotations, [lastApplied]: recorded } } };
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
  const patch = threeWayMergePatch(previous, wanted, live);
  if (Object.keys(patch).length === 0) return { resource, object: live, word: 'unchanged' };
  const object = await requestJson<KubeObject>(session.api, `${path}?${query}`, {
    method: 'PATCH',
    contentType: mergeType(resource),
    body: JSON.stringify(patch),
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
  const suffix = { server: ' (server dry run)', client: ' (dry run)' }[session.flags.string('dry-run')] ?? '';
  let failed = 0;
  const done: Outcome[] = [];
  for (const manifest of manifests) {
    try {
      const outcome = await act(manifest);
      done.push(outcome);
      if (!wantsObjects(format))
        session.io.out(`${printedKind(outcome.resource)}/${outcome.object.metadata.name} ${outcome.word}${suffix}\n`);
    } catch (error) {
      failed += 1;
      session.io.err(`${manifestError(error, verb, manifest)}\n`);
    }
  }
  if (wantsObjects(format)) session.io.out(await printObjects(format, done, done.length === 1));
  return failed > 0 ? 1 : 0;
}

function manifestError(error: unknown, verb: string, { file }: Manifest): string {
  if (!(error instanceof StatusError)) return failureText(error);
  const doing = { create: 'creating', apply: 'creating', delete: 'deleting', replace: 'replacing' }[verb] ?? verb;
  const where =
    verb === 'apply' && error.code !== 404 && error.code !== 400 ? '' : ` when ${doing} ${JSON.stringify(file)}`;
  return statusText(error, where && `error${where}: `);
}

function queryOf(session: Session, manager: string, extra: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    fieldManager: session.flags.string('field-manager') || manager,
    fieldValidation: 'Strict',
    ...extra,
  });
  if (session.flags.string('dry-run') === 'server') query.set('dryRun', 'All');
  return query.toString();
}

const dryRunFlag = {
  name: 'dry-run',
  type: 'string',
  default: 'none',
  bare: 'client',
  usage: 'Must be "none", "server", or "client".',
} as const;
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
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const query = queryOf(session, 'kubectl-create');
    const object = await requestJson<KubeObject>(session.api, `/api/v1/namespaces?${query}`, { method: 'POST', body });
    const format = session.flags.string('output');
    const resource = await session.resource('namespaces');
    session.io.out(
      wantsObjects(format) ? await printObjects(format, [{ resource, object }], true) : `namespace/${name} created\n`,
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
