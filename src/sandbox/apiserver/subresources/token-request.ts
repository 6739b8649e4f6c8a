import { createHmac, randomUUID } from 'node:crypto';
import { apiTime } from '../../../kube/duration.ts';
import { isJsonObject, type JsonObject } from '../../../kube/json-value.ts';
import type { KubeObject, Pod } from '../../../kube/objects.ts';
import { badRequest, conflict, invalid, notFound } from '../../../kube/status.ts';
import { invalidValue } from '../field-errors.ts';

const defaultSeconds = 3600;
/** The issuer, and whom a token is for that names nobody: this API server. */
export const ownAudience = 'https://kubernetes.default.svc.cluster.local';

// What kubelets ask for. Kubernetes: such a token lives a year, so that programs that read it once go on working.
const kubeletSeconds = 3607;
const yearSeconds = 365 * 24 * 60 * 60;

/** Something a token can be bound to: it is worth nothing once that is gone. */
export type BoundKind = 'Pod' | 'Secret' | 'Node';

export interface TokenParts {
  now: number;
  key: Buffer;
  /** The object that a token is to be bound to. */
  find(kind: BoundKind, namespace: string, name: string): KubeObject | undefined;
}

interface Reference {
  kind: BoundKind;
  object: KubeObject;
}

/** POST serviceaccounts/x/token: a JSON Web Token with the claims of a real one, signed with the cluster's key. */
export function issueToken(account: KubeObject, request: KubeObject, parts: TokenParts): KubeObject {
  const spec = isJsonObject(request['spec']) ? request['spec'] : {};
  const seconds = secondsOf(spec);
  const given = Array.isArray(spec['audiences']) ? spec['audiences'] : [];
  const audiences = given.length > 0 ? given : [ownAudience];
  const { namespace = '', name = '', uid = '' } = account.metadata;
  const bound = boundObject(account, spec, parts);
  const issuedAt = Math.floor(parts.now / 1000);
  const isKubelets = seconds === kubeletSeconds && bound?.kind === 'Pod' && given.length === 0;
  const claims = {
    aud: audiences,
    exp: issuedAt + (isKubelets ? yearSeconds : seconds),
    iat: issuedAt,
    iss: ownAudience,
    jti: randomUUID(),
    'kubernetes.io': {
      namespace,
      ...(bound && claimOf(bound)),
      serviceaccount: { name, uid },
      ...(isKubelets && { warnafter: issuedAt + seconds }),
    },
    nbf: issuedAt,
    sub: `system:serviceaccount:${namespace}:${name}`,
  };
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace },
    spec: { ...spec, audiences, expirationSeconds: seconds },
    status: { token: signed(claims, parts.key), expirationTimestamp: apiTime((issuedAt + seconds) * 1000) },
  };
}

function secondsOf(spec: JsonObject): number {
  const seconds = typeof spec['expirationSeconds'] === 'number' ? spec['expirationSeconds'] : defaultSeconds;
  const refuse = (why: string) =>
    invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', [
      invalidValue('spec.expirationSeconds', seconds, why),
    ]);
  if (seconds < 600) throw refuse('may not specify a duration less than 10 minutes');
  if (seconds > 2 ** 32) throw refuse('may not specify a duration larger than 2^32 seconds');
  return seconds;
}

const boundKinds: Readonly<Record<string, { kind: BoundKind; resource: string }>> = {
  'v1 Pod': { kind: 'Pod', resource: 'pods' },
  'v1 Secret': { kind: 'Secret', resource: 'secrets' },
  'v1 Node': { kind: 'Node', resource: 'nodes' },
};

function boundObject(account: KubeObject, spec: JsonObject, parts: TokenParts): Reference | undefined {
  const wish = spec['boundObjectRef'];
  if (!isJsonObject(wish)) return undefined;
  const [apiVersion, kindName, name] = [wish['apiVersion'], wish['kind'], String(wish['name'] ?? '')];
  const known = boundKinds[`${String(apiVersion)} ${String(kindName)}`];
  if (!known) throw badRequest(`cannot bind token to object of type ${String(apiVersion)}, Kind=${String(kindName)}`);
  const ref = { group: '', resource: known.resource };
  const { namespace = '' } = account.metadata;
  const object = parts.find(known.kind, known.kind === 'Node' ? '' : namespace, name);
  if (!object) throw notFound(ref, name);
  if (wish['uid'] && wish['uid'] !== object.metadata.uid) {
    const why = `the UID in the bound object reference (${String(wish['uid'])}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict(ref, name, why);
  }
  if (known.kind === 'Pod' && (object as Pod).spec.serviceAccountName !== account.metadata.name) {
    const whose = `serviceaccount "${account.metadata.name}"`;
    throw badRequest(`cannot bind token for ${whose} to pod running with different serviceaccount name.`);
  }
  return { kind: known.kind, object };
}

const claimOf = ({ kind, object }: Reference) => ({
  [kind.toLowerCase()]: { name: object.metadata.name, uid: object.metadata.uid },
});

function signed(claims: object, key: Buffer): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}
