import { readFileSync } from 'node:fs';
import type { KubeObject } from '../../../kube/objects.ts';
import { StatusError } from '../../../kube/status.ts';
import { requestJson } from '../api/connection.ts';
import { type CommandSpec, minimumArgs } from '../cobra/command.ts';
import { UsageError } from '../cobra/flags.ts';
import { pathOf, printedKind } from './discovery.ts';
import { printObjects, wantsObjects } from './print.ts';
import {
  allNamespacesFlag,
  dryRunFlag,
  dryRunOf,
  dryRunSuffix,
  filenameFlag,
  openSession,
  outputFlag,
  type Session,
  selectorFlag,
} from './session.ts';
import { manifestsOf, placeOf, type Target, targetsOf } from './targets.ts';

/** Commands that change objects in place: patch, label, annotate, scale. */
export interface Place {
  target: Target & { name: string };
  path: string;
  /** The file it was read from. */
  file?: string;
}

/** Objects that arguments, files or a selector name. */
export async function placesOf(
  session: Session,
  args: readonly string[],
  options: { allWithoutNames?: boolean } = {},
): Promise<Place[]> {
  if (session.flags.strings('filename').length > 0) {
    const manifests = await manifestsOf(session);
    return Promise.all(
      manifests.map(async (manifest) => {
        const { resource, namespace } = await placeOf(session, manifest);
        const name = manifest.object.metadata.name ?? '';
        return { target: { resource, name }, path: pathOf(resource, namespace, name), file: manifest.file };
      }),
    );
  }
  const places: Place[] = [];
  for (const target of await targetsOf(session, args)) {
    const { resource, name } = target;
    if (name) {
      places.push({
        target: { resource, name },
        path: pathOf(resource, session.namespace ?? session.defaultNamespace, name),
      });
      continue;
    }
    const selector = session.flags.string('selector');
    if (!selector && !session.flags.bool('all') && !options.allWithoutNames)
      throw new Error('resource(s) were provided, but no name was specified');
    const field = session.flags.string('field-selector');
    const query = `?${new URLSearchParams({ ...(selector ? { labelSelector: selector } : {}), ...(field ? { fieldSelector: field } : {}) })}`;
    const list = await requestJson<{ items: KubeObject[] }>(session.api, pathOf(resource, session.namespace) + query);
    for (const { metadata } of list.items) {
      const found = metadata.name ?? '';
      places.push({ target: { resource, name: found }, path: pathOf(resource, metadata.namespace, found) });
    }
  }
  return places;
}

async function patch(
  session: Session,
  path: string,
  body: string,
  contentType: string,
  manager: string,
): Promise<KubeObject> {
  const query = new URLSearchParams({ fieldManager: manager });
  if (dryRunOf(session) !== 'none') query.set('dryRun', 'All');
  return requestJson<KubeObject>(session.api, `${path}?${query}`, { method: 'PATCH', contentType, body });
}

async function say(session: Session, place: Place, object: KubeObject, word: string): Promise<void> {
  const format = session.flags.string('output');
  if (wantsObjects(format))
    session.io.out(await printObjects(format, [{ resource: place.target.resource, object }], true));
  else session.io.out(`${printedKind(place.target.resource)}/${place.target.name} ${word}${dryRunSuffix(session)}\n`);
}

const patchTypes: Record<string, string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

export const patchCommand: CommandSpec = {
  use: 'patch (-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE]',
  short: 'Update fields of a resource',
  example: `  # Patch a custom resource with a merge patch\n  kubectl patch meshconfig osm-mesh-config -n kube-system --type=merge -p '{"spec":{"traffic":{"enableEgress":true}}}'`,
  flags: [
    filenameFlag,
    outputFlag,
    { name: 'patch', short: 'p', type: 'string', usage: 'The patch to be applied to the resource JSON file.' },
    { name: 'patch-file', type: 'string', usage: 'A file containing a patch to be applied to the resource.' },
    {
      name: 'type',
      type: 'string',
      default: 'strategic',
      usage: 'The type of patch being provided; one of [json merge strategic]',
    },
    {
      name: 'subresource',
      type: 'string',
      usage: 'If specified, patch will operate on the subresource of the requested object.',
    },
    dryRunFlag,
  ],
  async run(invocation) {
    const session = await openSession(invocation);
    const contentType = patchTypes[session.flags.string('type')];
    if (!contentType)
      throw new UsageError(
        `--type must be one of [json merge strategic], not ${JSON.stringify(session.flags.string('type'))}`,
      );
    const file = session.flags.string('patch-file');
    const text = file ? readFileSync(file, 'utf8') : session.flags.string('patch');
    if (!text) throw new UsageError('must specify --patch or --patch-file containing the contents of the patch');
    const { parse } = await import('yaml');
    let body: string;
    try {
      body = JSON.stringify(parse(text));
    } catch {
      // kubectl sends what is neither YAML nor JSON as it is, and the server says what is wrong with it.
      body = text;
    }
    const places = await placesOf(session, session.args);
    if (places.length === 0) throw new UsageError('You must provide one or more resources by argument or filename.');
    const below = session.flags.string('subresource');
    for (const place of places) {
      const before = await requestJson<KubeObject>(session.api, place.path);
      const path = below ? `${place.path}/${below}` : place.path;
      const after = await patch(session, path, body, contentType, 'kubectl-patch').catch((error: unknown) => {
        if (!(error instanceof StatusError) || error.code !== 415) throw error;
        const { group, version, kind } = place.target.resource;
        const groupVersion = group === '' ? version : `${group}/${version}`;
        throw new Error(`${contentType} is not supported by ${groupVersion}, Kind=${kind}: ${error.message}`);
      });
      // In a client's dry run kubectl does not look whether anything would change.
      const same = dryRunOf(session) !== 'client' && before.metadata.resourceVersion === after.metadata.resourceVersion;
      await say(session, place, after, same ? 'patched (no change)' : 'patched');
    }
    return 0;
  },
};

/** `a=b` sets, `a-` removes; anything else belongs to the objects. */
function splitPairs(args: readonly string[]): { objects: string[]; pairs: Record<string, string | null> } {
  const objects: string[] = [];
  const pairs: Record<string, string | null> = {};
  for (const arg of args) {
    const set = /^([^=]+)=(.*)$/s.exec(arg);
    const remove = /^([^=/]+(?:\/[^=/]+)?)-$/.exec(arg);
    if (set) pairs[set[1] ?? ''] = set[2] ?? '';
    else if (remove && objects.length > 0) pairs[remove[1] ?? ''] = null;
    else objects.push(arg);
  }
  return { objects, pairs };
}

const labelValue = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const labelValueRule =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

const metadataCommand = (name: 'label' | 'annotate', field: 'labels' | 'annotations', done: string): CommandSpec => ({
  use: `${name} [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N`,
  short: `Update the ${field} on a resource`,
  example: `  # Set one\n  kubectl ${name} pods foo unhealthy=true\n\n  # Remove one\n  kubectl ${name} pods foo bar-`,
  flags: [
    filenameFlag,
    outputFlag,
    selectorFlag,
    allNamespacesFlag,
    { name: 'all', type: 'bool', usage: 'Select all resources, in the namespace of the specified resource types' },
    dryRunFlag,
    { name: 'overwrite', type: 'bool', usage: `If true, allow ${field} to be overwritten.` },
  ],
  args: minimumArgs(1),
  async run(invocation) {
    const session = await openSession(invocation);
    const { objects, pairs } = splitPairs(session.args);
    if (Object.keys(pairs).length === 0)
      throw new UsageError(`at least one ${name === 'label' ? 'label' : 'annotation'} update is required`);
    const bad = Object.entries(pairs).find(([, value]) => name === 'label' && value && !labelValue.test(value));
    if (bad) throw new UsageError(`invalid label value: ${JSON.stringify(bad.join('='))}: ${labelValueRule}`);
    const places = await placesOf(session, objects);
    if (places.length === 0)
      throw new UsageError('one or more resources must be specified as <resource> <name> or <resource>/<name>');
    for (const place of places) {
      const before = await requestJson<KubeObject>(session.api, place.path);
      const current = before.metadata[field] ?? {};
      const clash = Object.entries(pairs).find(
        ([key, value]) => value !== null && current[key] !== undefined && current[key] !== value,
      );
      if (clash && !session.flags.bool('overwrite')) {
        const has = `'${clash[0]}' already has a value (${current[clash[0]]})`;
        throw new UsageError(
          name === 'label'
            ? `${has}, and --overwrite is false`
            : `--overwrite is false but found the following declared annotation(s): ${has}`,
        );
      }
      for (const key of Object.keys(pairs)) {
        if (name === 'label' && pairs[key] === null && current[key] === undefined)
          session.io.out(`label ${JSON.stringify(key)} not found.\n`);
      }
      // annotate says "annotated" whatever it found.
      const changes =
        name === 'annotate' ||
        Object.entries(pairs).some(([key, value]) =>
          value === null ? current[key] !== undefined : current[key] !== value,
        );
      if (!changes) {
        await say(session, place, before, `not ${done}`);
        continue;
      }
      const body = JSON.stringify({ metadata: { [field]: pairs } });
      const after = await patch(session, place.path, body, 'application/merge-patch+json', `kubectl-${name}`);
      const removedOnly = Object.values(pairs).every((value) => value === null);
      await say(session, place, after, removedOnly && name === 'label' ? 'unlabeled' : done);
    }
    return 0;
  },
});

export const labelCommand = metadataCommand('label', 'labels', 'labeled');
export const annotateCommand = metadataCommand('annotate', 'annotations', 'annotated');

export const scaleCommand: CommandSpec = {
  use: 'scale --replicas=COUNT (-f FILENAME | TYPE NAME)',
  short: 'Set a new size for a deployment, replica set, or stateful set',
  example: '  # Scale a deployment to 3\n  kubectl scale --replicas=3 deployment/bookstore -n bookstore',
  flags: [
    filenameFlag,
    selectorFlag,
    { name: 'all', type: 'bool', usage: 'Select all resources in the namespace of the specified resource types' },
    dryRunFlag,
    { name: 'replicas', type: 'int', usage: 'The new desired number of replicas. Required.' },
    { name: 'current-replicas', type: 'int', default: '-1', usage: 'Precondition for current size.' },
  ],
  async run(invocation) {
    const session = await openSession(invocation);
    if (!session.flags.has('replicas')) throw new UsageError('required flag(s) "replicas" not set');
    const replicas = session.flags.int('replicas');
    if (replicas < 0)
      throw new UsageError('The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0');
    const expected = session.flags.int('current-replicas');
    for (const place of await placesOf(session, session.args)) {
      const before = await requestJson<KubeObject & { spec?: { replicas?: number } }>(session.api, place.path);
      if (expected >= 0 && before.spec?.replicas !== expected) {
        throw new Error(`Expected replicas to be ${expected}, was ${before.spec?.replicas ?? 0}`);
      }
      await patch(
        session,
        `${place.path}/scale`,
        JSON.stringify({ spec: { replicas } }),
        'application/merge-patch+json',
        'kubectl-scale',
      );
      session.io.out(`${printedKind(place.target.resource)}/${place.target.name} scaled${dryRunSuffix(session)}\n`);
    }
    return 0;
  },
};
