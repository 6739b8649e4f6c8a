import { beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { pods, serviceAccounts } from '../../../src/kube/resources.ts';
import { admin, podOf, refusal, type TestApi, testApi } from './api-fixture.ts';

describe('a token request', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await testApi();
    await api.cluster.create(serviceAccounts, { metadata: { name: 'robot', namespace: 'shop' } });
    await api.cluster.create(pods, podOf('other'));
    await api.cluster.create(pods, podOf('own', { serviceAccountName: 'robot' }));
  });
  const ask = async (spec: object): Promise<KubeObject> => {
    const body = { type: 'json' as const, text: JSON.stringify({ spec }) };
    const target = api.at('v1/serviceaccounts', 'robot', 'token');
    return (await api.requests.create(target, body, { fieldValidation: 'Strict' }, admin)).object as KubeObject;
  };
  const claimsOf = ({ status }: KubeObject) => {
    const [, body = ''] = (status as { token: string }).token.split('.');
    return JSON.parse(Buffer.from(body, 'base64url').toString());
  };
  const bound = (name: string, more: object = {}) => ({
    boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, ...more },
  });

  it('names its audiences and its end', async () => {
    const answer = await ask({ audiences: ['vault'], expirationSeconds: 600 });
    const claims = claimsOf(answer);
    expect(claims).toMatchObject({ aud: ['vault'], sub: 'system:serviceaccount:shop:robot' });
    expect(claims.exp - claims.iat).toBe(600);
    expect(Date.parse((answer['status'] as { expirationTimestamp: string }).expirationTimestamp)).toBe(
      claims.exp * 1000,
    );
  });

  it('can be bound to a pod of the account, and lives a year where a kubelet asks', async () => {
    const uid = api.cluster.get(pods, 'own', 'shop')?.metadata.uid;
    const claims = claimsOf(await ask({ ...bound('own'), expirationSeconds: 3607 }));
    expect(claims['kubernetes.io']).toMatchObject({ pod: { name: 'own', uid }, warnafter: claims.iat + 3607 });
    expect(claims.exp - claims.iat).toBe(31_536_000);
    expect(claimsOf(await ask(bound('own')))).toMatchObject({ exp: claims.iat + 3600 });
  });

  it.each([
    [
      { expirationSeconds: 'abc' },
      400,
      'TokenRequest in version "v1" cannot be handled as a TokenRequest: json: cannot',
    ],
    [{ audiences: 'x' }, 400, 'json: cannot unmarshal string into Go struct field TokenRequestSpec.spec.audiences'],
    [{ odd: 1 }, 400, 'strict decoding error: unknown field "spec.odd"'],
    [{ expirationSeconds: 599 }, 422, 'may not specify a duration less than 10 minutes'],
    [{ expirationSeconds: 2 ** 32 + 1 }, 422, 'may not specify a duration larger than 2^32 seconds'],
    [bound('gone'), 404, 'pods "gone" not found'],
    [bound('own', { uid: 'x' }), 409, 'the UID in the bound object reference (x) does not match the UID in record'],
    [bound('other'), 400, 'cannot bind token for serviceaccount "robot" to pod running with different serviceaccount'],
    [bound('a', { kind: 'ConfigMap' }), 400, 'cannot bind token to object of type v1, Kind=ConfigMap'],
  ])('is refused: %j', async (spec, code, message) => {
    const { status } = await refusal(ask(spec));
    expect(status).toMatchObject({ code, message: expect.stringContaining(message) });
  });
});
