import { isJsonObject, type JsonObject } from '../../kube/json-value.ts';
import type { KubeObject } from '../../kube/objects.ts';

/**
 * One thing of a world as it is compared: what a learner may have changed, without what a server or a controller keeps
 * there for itself. Knows no diff and no screen.
 */
export interface Thing {
  /** The managed cluster that it is in; undefined for what is in none. */
  cluster: string | undefined;
  /** What it is, in the words of who made it: `Deployment`, `Managed cluster`. */
  kind: string;
  /** API group and version; empty for what is no object of Kubernetes. */
  apiVersion: string;
  namespace: string | undefined;
  name: string;
  /** Tells a thing from its successor of the same name. */
  uid: string | undefined;
  /** What is compared, and shown line by line: any JSON, or text as it is. */
  value: unknown;
  /** What is shown when it is new, where that is shorter: the fields that were asked for. */
  asked: unknown;
  /** Set for what nobody asked for: controllers and servers made it of something else, or for themselves. */
  madeBy: 'controllers' | undefined;
}

/** Where servers keep house: they change all the time, and nobody means them. */
const keptByServers: ReadonlySet<string> = new Set([
  'Event',
  'Lease',
  'Endpoints',
  'EndpointSlice',
  'CertificateRequest',
]);
/** Made in every namespace. */
const inEachNamespace: ReadonlySet<string> = new Set(['ConfigMap/kube-root-ca.crt', 'ServiceAccount/default']);

/** OSM's injector makes one for each pod that it meshes. */
const forPods = /^Secret\/envoy-bootstrap-config-/;

/** Fields of `metadata` that the API server writes. */
const serverMetadata: ReadonlySet<string> = new Set([
  'managedFields',
  'resourceVersion',
  'uid',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
]);
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
const serverAnnotations: ReadonlySet<string> = new Set([lastApplied, 'deployment.kubernetes.io/revision']);

/** What `thingOf` leaves out, in words for people. */
export const leftOutFields =
  'status, managedFields, resourceVersion, uid, generation, timestamps, last-applied-configuration';

export function thingOf(object: KubeObject, cluster?: string): Thing {
  const { metadata, kind = '', apiVersion = '' } = object;
  const { name = '', namespace, uid } = metadata;
  const isOwned = metadata.ownerReferences?.some(({ controller }) => controller === true) ?? false;
  const isKept = keptByServers.has(kind) || inEachNamespace.has(`${kind}/${name}`) || forPods.test(`${kind}/${name}`);
  return {
    cluster,
    kind,
    apiVersion,
    namespace,
    name,
    uid,
    value: kind === 'Secret' ? withoutSecrets(meant(object)) : meant(object),
    asked: askedFor(metadata.annotations?.[lastApplied]),
    madeBy: isOwned || isKept ? 'controllers' : undefined,
  };
}

/** Without what the server keeps there; empty labels and annotations go with the last of them. */
function meant(object: KubeObject): JsonObject {
  const { status: _status, metadata, ...rest } = object;
  const kept = Object.entries(metadata).flatMap(([field, value]): [string, unknown][] => {
    if (serverMetadata.has(field)) return [];
    if (field !== 'annotations' || !isJsonObject(value)) return [[field, value]];
    const annotations = Object.entries(value).filter(([name]) => !serverAnnotations.has(name));
    return annotations.length === 0 ? [] : [[field, Object.fromEntries(annotations)]];
  });
  return { ...rest, metadata: Object.fromEntries(kept) };
}

function askedFor(annotation: string | undefined): JsonObject | undefined {
  if (annotation === undefined) return undefined;
  try {
    const applied: unknown = JSON.parse(annotation);
    if (!isJsonObject(applied) || !isJsonObject(applied['metadata'])) return undefined;
    return meant({ ...applied, metadata: applied['metadata'] });
  } catch {
    return undefined;
  }
}

/** Neither a screen nor a log may hold what a Secret keeps; that it changed can be seen from its length or its mark. */
function withoutSecrets(secret: JsonObject): JsonObject {
  const hidden = ['data', 'stringData'].flatMap((field) => {
    const entries = secret[field];
    if (!isJsonObject(entries)) return [];
    return [[field, Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, hide(String(value))]))]];
  });
  return { ...secret, ...Object.fromEntries(hidden) };
}

/** Two values that differ must not look the same: 16 bits of FNV-1a tell them apart and tell nothing else. */
function hide(value: string): string {
  let hash = 0x811c9dc5;
  for (const character of value) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return `(hidden, ${value.length} characters, mark ${(hash & 0xffff).toString(16).padStart(4, '0')})`;
}

/** What is no object of Kubernetes, as a thing. */
export const otherThing = (kind: string, name: string, value: unknown, uid?: string): Thing => ({
  cluster: undefined,
  kind,
  apiVersion: '',
  namespace: undefined,
  name,
  uid,
  value,
  asked: undefined,
  madeBy: undefined,
});
