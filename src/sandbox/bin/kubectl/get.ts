import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import type { KubeObject } from '../../../kube/objects.ts';
import { StatusError } from '../../../kube/status.ts';
import { openRequest, requestJson, statusErrorFrom } from '../api/connection.ts';
import type { CommandSpec } from '../cobra/command.ts';
import { type ApiResource, findKind, pathOf, printedKind } from './discovery.ts';
import { BareError, failureText, seeHelp, statusText } from './failures.ts';
import { jsonPathValues } from './jsonpath.ts';
import { columns, printObjects, type Table, type TableOptions, tableAccept, tableRows, wantsObjects } from './print.ts';
import { allNamespacesFlag, filenameFlag, openSession, outputFlag, type Session, selectorFlag } from './session.ts';
import { manifestsOf, placeOf, type Target, targetsOf } from './targets.ts';

/** `kubectl get`: tables from the server, objects in every other format, and watching both. */
interface Listing {
  target: Target;
  path: string;
}

function query(session: Session, extra: Record<string, string> = {}): string {
  const parameters = new URLSearchParams(extra);
  const selector = session.flags.string('selector');
  const field = session.flags.string('field-selector');
  if (selector) parameters.set('labelSelector', selector);
  if (field) parameters.set('fieldSelector', field);
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

function optionsOf(session: Session, target: Target, several: boolean): TableOptions {
  const { flags } = session;
  return {
    wide: flags.string('output') === 'wide',
    headers: !flags.bool('no-headers'),
    withNamespace: session.namespace === undefined && target.resource.namespaced,
    labels: flags.bool('show-labels'),
    labelColumns: flags.strings('label-columns'),
    prefix: several || flags.bool('show-kind') ? printedKind(target.resource) : undefined,
  };
}

/** Sorted by the first value that the path finds; false when it finds none in any row. */
function sortRows(table: Table, expression: string): boolean {
  const keyed = table.rows.map((row) => ({ row, key: jsonPathValues(expression, row.object)[0] }));
  keyed.sort(({ key: x }, { key: y }) => {
    if (typeof x === 'number' && typeof y === 'number') return x - y;
    const [a, b] = [String(x ?? ''), String(y ?? '')];
    return a === b ? 0 : a < b ? -1 : 1;
  });
  table.rows = keyed.map(({ row }) => row);
  return keyed.some(({ key }) => key !== undefined);
}

/** A list that was refused is told with its selectors (k8s.io/cli-runtime: Selector.Visit). */
function readFailure(session: Session, { resource, name }: Target, error: StatusError): string {
  const [label, field] = [session.flags.string('selector'), session.flags.string('field-selector')];
  if (name || error.code !== 400 || (!label && !field)) return failureText(error);
  const type = `${resource.group}/${resource.version}, Resource=${resource.resource}`;
  const where = `that match label selector ${JSON.stringify(label)}, field selector ${JSON.stringify(field)}`;
  return statusText(error, `Unable to find ${JSON.stringify(type)} ${where}: `);
}

/** What could not be read does not keep the rest from being printed, as in kubectl. */
async function readTables(session: Session, listings: readonly Listing[]) {
  const sortBy = session.flags.string('sort-by');
  const tables: { target: Target; table: Table }[] = [];
  const failures: string[] = [];
  for (const { target, path } of listings) {
    const extra = { ...(target.name ? {} : { limit: '500' }), ...(sortBy ? { includeObject: 'Object' } : {}) };
    try {
      const table = await requestJson<Table>(session.api, path + (target.name ? '' : query(session, extra)), {
        accept: tableAccept,
      });
      const hasKeys = !sortBy || sortRows(table, sortBy);
      const before = tables.at(-1);
      if (!hasKeys) continue;
      // Objects that were named one by one share a table.
      if (before && before.target.resource === target.resource && target.name) before.table.rows.push(...table.rows);
      else tables.push({ target, table });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (!(session.flags.bool('ignore-not-found') && error.code === 404))
        failures.push(readFailure(session, target, error));
    }
  }
  return { tables: tables.filter(({ table }) => table.rows.length > 0), failures };
}

async function printTables(session: Session, listings: readonly Listing[]): Promise<number> {
  const several = new Set(listings.map((listing) => listing.target.resource.resource)).size > 1;
  const { tables, failures } = await readTables(session, listings);
  const texts = tables.map(({ target, table }) =>
    columns(tableRows(table, table.columnDefinitions ?? [], optionsOf(session, target, several))),
  );
  session.io.out(texts.join(several ? '\n' : ''));
  for (const error of failures) session.io.err(`${error}\n`);
  if (failures.length > 0) return 1;
  if (tables.length === 0 && !session.flags.bool('ignore-not-found')) {
    const isNamespaced = listings.some((listing) => listing.target.resource.namespaced);
    session.io.err(
      session.namespace && isNamespaced
        ? `No resources found in ${session.namespace} namespace.\n`
        : 'No resources found\n',
    );
  }
  return 0;
}

async function fetchObjects(
  session: Session,
  listings: readonly Listing[],
): Promise<{ resource: ApiResource; object: KubeObject }[]> {
  const all: { resource: ApiResource; object: KubeObject }[] = [];
  for (const { target, path } of listings) {
    const { resource } = target;
    const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
    if (target.name) all.push({ resource, object: await requestJson<KubeObject>(session.api, path) });
    else {
      const list = await requestJson<{ items: KubeObject[] }>(session.api, path + query(session));
      all.push(...list.items.map((object) => ({ resource, object: { apiVersion, kind: resource.kind, ...object } })));
    }
  }
  return all;
}

/** Lines of JSON, one event each. Returns when the server or the learner ends it. */
export async function* watchEvents<T>(response: IncomingMessage): AsyncGenerator<{ type: string; object: T }> {
  for await (const line of createInterface({ input: response })) {
    if (line.trim() !== '') yield JSON.parse(line) as { type: string; object: T };
  }
}

async function watchListing(session: Session, { target, path }: Listing, first: boolean): Promise<number> {
  const format = session.flags.string('output');
  const objects = wantsObjects(format);
  const accept = objects ? 'application/json' : tableAccept;
  const options = optionsOf(session, target, false);
  const selectOne = target.name ? { fieldSelector: `metadata.name=${target.name}` } : {};
  const listPath = pathOf(target.resource, session.namespace);
  let version = '';
  let definitions: NonNullable<Table['columnDefinitions']> = [];
  const widths: number[] = [];
  if (target.name) await requestJson(session.api, path);
  const table = await requestJson<Table & { items?: KubeObject[] }>(session.api, listPath + query(session, selectOne), {
    accept,
  });
  version = table.metadata?.resourceVersion ?? '';
  if (objects) {
    if (first)
      for (const object of table.items ?? [])
        session.io.out(await printObjects(format, [{ resource: target.resource, object }], true));
  } else {
    definitions = table.columnDefinitions ?? [];
    if (first) session.io.out(columns(tableRows(table, definitions, options), widths));
  }
  const watchPath = listPath + query(session, { ...selectOne, watch: 'true', resourceVersion: version });
  const response = await openRequest(session.api, watchPath, { accept, signal: session.io.signal });
  if (response.statusCode !== 200) throw statusErrorFrom(response.statusCode ?? 0, '');
  try {
    for await (const event of watchEvents<Table & KubeObject>(response)) {
      if (event.type === 'ERROR') throw new Error(String((event.object as { message?: string }).message));
      if (objects)
        session.io.out(await printObjects(format, [{ resource: target.resource, object: event.object }], true));
      else {
        if (event.object.columnDefinitions?.length) definitions = event.object.columnDefinitions;
        session.io.out(columns(tableRows(event.object, definitions, { ...options, headers: false }), widths));
      }
    }
  } catch (error) {
    if (!session.io.signal.aborted) throw error;
  }
  return 0;
}

async function listingsOf(session: Session): Promise<Listing[]> {
  if (session.flags.strings('filename').length > 0) {
    const manifests = await manifestsOf(session);
    return Promise.all(
      manifests.map(async (manifest) => {
        const { resource, namespace } = await placeOf(session, manifest);
        const name = manifest.object.metadata.name;
        return { target: { resource, name }, path: pathOf(resource, namespace, name) };
      }),
    );
  }
  return (await targetsOf(session)).map((target) => ({
    target,
    path: pathOf(target.resource, session.namespace, target.name),
  }));
}

export const getCommand: CommandSpec = {
  use: 'get (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE/NAME ...)',
  short: 'Display one or many resources',
  long: 'Display one or many resources.\n\nPrints a table of the most important information about the specified resources.',
  example:
    '  # List all pods in the current namespace\n  kubectl get pods\n\n  # List pods of every namespace, with more columns\n  kubectl get pods -A -o wide\n\n  # Watch the pods of one app\n  kubectl get pods -n bookbuyer -l app=bookbuyer -w',
  flags: [
    outputFlag,
    allNamespacesFlag,
    selectorFlag,
    filenameFlag,
    { name: 'field-selector', type: 'string', usage: 'Selector (field query) to filter on.' },
    {
      name: 'watch',
      short: 'w',
      type: 'bool',
      usage: 'After listing/getting the requested object, watch for changes.',
    },
    { name: 'watch-only', type: 'bool', usage: 'Watch for changes without listing first.' },
    { name: 'no-headers', type: 'bool', usage: "Don't print headers." },
    { name: 'show-labels', type: 'bool', usage: 'Show all labels as the last column.' },
    { name: 'show-kind', type: 'bool', usage: 'List the resource type for the requested object(s).' },
    { name: 'label-columns', short: 'L', type: 'strings', usage: 'Labels that are going to be presented as columns.' },
    { name: 'sort-by', type: 'string', usage: 'Sort list types using this field, as a JSONPath expression.' },
    { name: 'ignore-not-found', type: 'bool', usage: 'Return exit code 0 when the requested object does not exist.' },
  ],
  async run(invocation) {
    const session = await openSession(invocation);
    const listings = await listingsOf(session);
    if (listings.length === 0) {
      throw new BareError(
        `You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\n${seeHelp('error: Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).', 'kubectl get')}`,
      );
    }
    const { flags } = session;
    const [only] = listings;
    if ((flags.bool('watch') || flags.bool('watch-only')) && only)
      return watchListing(session, only, !flags.bool('watch-only'));
    try {
      if (!wantsObjects(flags.string('output'))) return await printTables(session, listings);
      const objects = await fetchObjects(session, listings);
      const single = listings.length === 1 && only?.target.name !== undefined;
      session.io.out(await printObjects(flags.string('output'), objects, single));
      return 0;
    } catch (error) {
      if (flags.bool('ignore-not-found') && error instanceof StatusError && error.code === 404) return 0;
      throw error;
    }
  },
};

/** Used by commands that answer with one object: the resource behind it, for printing. */
export async function resourceOfObject(session: Session, object: KubeObject): Promise<ApiResource | undefined> {
  return findKind(await session.resources(), object.apiVersion ?? '', object.kind ?? '');
}
