import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { KubeObject } from '../../../kube/objects.ts';
import { type ApiResource, findKind, preferred } from './discovery.ts';
import type { Session } from './session.ts';

/** What a command works on: arguments (TYPE NAME, TYPE/NAME, TYPE,TYPE) and files. */
export interface Target {
  resource: ApiResource;
  /** Undefined: all of them, or those a selector finds. */
  name: string | undefined;
}

/** Reads `pods`, `pods,services`, `pod web`, `pod/web deploy/db`, `all`. */
export async function targetsOf(session: Session, args: readonly string[] = session.args): Promise<Target[]> {
  if (args.length === 0) return [];
  if (args.some((arg) => arg.includes('/'))) {
    const bad = args.find((arg) => !arg.includes('/'));
    if (bad !== undefined) {
      throw new Error(
        "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'",
      );
    }
    return Promise.all(
      args.map(async (arg) => {
        const [type = '', name = ''] = arg.split('/');
        return { resource: await session.resource(type), name };
      }),
    );
  }
  const [types = '', ...names] = args;
  const resources = (await Promise.all(types.split(',').map((type) => expand(session, type)))).flat();
  if (names.length === 0) return resources.map((resource) => ({ resource, name: undefined }));
  return resources.flatMap((resource) => names.map((name) => ({ resource, name })));
}

async function expand(session: Session, type: string): Promise<ApiResource[]> {
  if (type !== 'all') return [await session.resource(type)];
  return preferred(await session.resources()).filter((resource) => resource.categories.includes('all'));
}

export interface Manifest {
  object: KubeObject & { apiVersion: string; kind: string };
  file: string;
}

/** Every object in the files that -f names; folders give their .json, .yaml and .yml files. */
export async function manifestsOf(session: Session): Promise<Manifest[]> {
  const files = session.flags.strings('filename');
  const all: Manifest[] = [];
  for (const file of files.flatMap(expandFolder)) all.push(...(await readManifests(file)));
  return all;
}

function expandFolder(path: string): string[] {
  if (path === '-') return [path];
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch {
    throw new Error(`the path ${JSON.stringify(path)} does not exist`);
  }
  if (!isFolder) return [path];
  return readdirSync(path)
    .filter((name) => ['.json', '.yaml', '.yml'].includes(extname(name)))
    .sort()
    .map((name) => join(path, name));
}

async function readManifests(file: string): Promise<Manifest[]> {
  const { parseAllDocuments } = await import('yaml');
  const text = readFileSync(file === '-' ? 0 : file, 'utf8');
  const manifests: Manifest[] = [];
  for (const document of parseAllDocuments(text, { version: '1.1' })) {
    if (!('errors' in document)) continue;
    const [problem] = document.errors;
    if (problem)
      throw new Error(`error parsing ${file}: error converting YAML to JSON: yaml: ${problem.message.split('\n')[0]}`);
    const value: unknown = document.toJS();
    if (value === null || value === undefined) continue;
    const object = value as Partial<Manifest['object']> & { items?: Manifest['object'][] };
    if (!object.apiVersion || !object.kind) {
      const missing = object.apiVersion ? 'kind' : 'apiVersion';
      throw new Error(
        `error validating ${JSON.stringify(file)}: error validating data: ${missing} not set; if you choose to ignore these errors, turn validation off with --validate=false`,
      );
    }
    const objects = object.kind === 'List' ? (object.items ?? []) : [object as Manifest['object']];
    manifests.push(...objects.map((one) => ({ object: { ...one, metadata: one.metadata ?? {} }, file })));
  }
  return manifests;
}

/** The resource and namespace of a manifest's object. */
export async function placeOf(
  session: Session,
  manifest: Manifest,
): Promise<{ resource: ApiResource; namespace: string | undefined }> {
  const { apiVersion, kind, metadata } = manifest.object;
  const resource = findKind(await session.resources(), apiVersion, kind);
  if (!resource) {
    throw new Error(
      `resource mapping not found for name: ${JSON.stringify(metadata.name ?? '')} namespace: ${JSON.stringify(metadata.namespace ?? '')} from ${JSON.stringify(manifest.file)}: no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}\nensure CRDs are installed first`,
    );
  }
  if (!resource.namespaced) return { resource, namespace: undefined };
  if (session.explicitNamespace && metadata.namespace && metadata.namespace !== session.defaultNamespace) {
    throw new Error(
      `the namespace from the provided object ${JSON.stringify(metadata.namespace)} does not match the namespace ${JSON.stringify(session.defaultNamespace)}. You must pass '--namespace=${metadata.namespace}' to perform this operation.`,
    );
  }
  return { resource, namespace: metadata.namespace ?? session.defaultNamespace };
}
