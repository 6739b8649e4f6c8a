import { createHmac } from 'node:crypto';
import { isJsonObject } from '../../../kube/json-value.ts';
import type { KubeObject } from '../../../kube/objects.ts';

const defaultSeconds = 3600;
const defaultAudience = 'https://kubernetes.default.svc.cluster.local';

/** POST serviceaccounts/x/token: a JSON Web Token with the claims of a real one, signed with the cluster's key. */
export function issueToken(account: KubeObject, request: KubeObject, now: number, key: Buffer): KubeObject {
  const spec = isJsonObject(request['spec']) ? request['spec'] : {};
  const seconds = typeof spec['expirationSeconds'] === 'number' ? spec['expirationSeconds'] : defaultSeconds;
  const given = Array.isArray(spec['audiences']) ? spec['audiences'] : [];
  const audiences = given.length > 0 ? given : [defaultAudience];
  const { namespace = '', name = '', uid = '' } = account.metadata;
  const issuedAt = Math.floor(now / 1000);
  const claims = {
    aud: audiences,
    exp: issuedAt + seconds,
    iat: issuedAt,
    iss: defaultAudience,
    'kubernetes.io': { namespace, serviceaccount: { name, uid } },
    nbf: issuedAt,
    sub: `system:serviceaccount:${namespace}:${name}`,
  };
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace },
    spec: { ...spec, audiences, expirationSeconds: seconds },
    status: {
      token: signed(claims, key),
      expirationTimestamp: new Date((issuedAt + seconds) * 1000).toISOString().replace('.000Z', 'Z'),
    },
  };
}

function signed(claims: object, key: Buffer): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}
