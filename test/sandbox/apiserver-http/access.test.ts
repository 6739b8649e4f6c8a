import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serviceAccounts } from '../../../src/kube/resources.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { clusterAdmin, tokenTable } from '../../../src/sandbox/apiserver/http/authentication.ts';
import { startApiServer } from '../../../src/sandbox/apiserver/http-server.ts';
import { CertificateAuthority } from '../../../src/sandbox/pki/authority.ts';
import { ProgramsOnCluster } from '../kubectl/side-by-side.ts';
import { startTestCluster } from '../test-cluster.ts';

describe('tokens of service accounts', () => {
  let programs: ProgramsOnCluster;
  beforeAll(async () => {
    programs = await ProgramsOnCluster.start([]);
  });
  afterAll(() => programs.close());

  const whoAmI = (token: string) => programs.run('1.36', `auth whoami -o json --token=${token} --kubeconfig=bare`);

  it('are accepted while their account exists, and never when they were changed', async () => {
    // The same cluster in a kubeconfig without the admin's own token.
    programs.writeKubeconfig('bare');
    expect(await programs.run('1.36', 'config unset users.admin --kubeconfig=bare')).toMatchObject({ code: 0 });
    await programs.cluster.api.create(serviceAccounts, { metadata: { name: 'robot', namespace: 'default' } });
    const token = (await programs.run('1.36', 'create token robot')).stdout.trim();
    const answer = await whoAmI(token);
    expect(JSON.parse(answer.stdout).status.userInfo).toMatchObject({
      username: 'system:serviceaccount:default:robot',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    });
    const [header = '', , signature = ''] = token.split('.');
    const claims = Buffer.from(JSON.stringify({ sub: 'system:admin', exp: 9_999_999_999 })).toString('base64url');
    for (const forged of [`${header}.${claims}.${signature}`, `${token}x`, 'a.b.c', 'nothing'])
      expect(await whoAmI(forged), forged).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('You must be logged in to the server'),
      });
    await programs.cluster.api.delete(serviceAccounts, 'robot', 'default');
    expect((await whoAmI(token)).code).toBe(1);
  });
});

describe('an exception that nobody foresaw', () => {
  it('is a 500 for the client, and told to whoever runs the server with the request that met it', async () => {
    const test = await startTestCluster({});
    const authority = CertificateAuthority.create(systemClock, { commonName: 'kubernetes' });
    const told: [unknown, string][] = [];
    const bug = new TypeError('nothing is undefined');
    const server = await startApiServer({
      requests: {
        ...test.requests,
        list() {
          throw bug;
        },
      },
      nodes: test.kubelets.api,
      tls: authority.issue({ commonName: 'apiserver', ipAddresses: ['127.0.0.1'], validityMs: 3_600_000 }),
      authenticate: tokenTable(new Map([['t', clusterAdmin]])),
      port: 0,
      version: '1.33.5',
      clock: systemClock,
      onError: (error, where) => told.push([error, where]),
    });
    const get = (path: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const options = { ca: authority.certPem, agent: false, headers: { authorization: 'Bearer t' } };
        request(`https://127.0.0.1:${server.port}${path}`, options, (response) => {
          response.resume().on('end', () => resolve(response.statusCode));
        })
          .on('error', reject)
          .end();
      });
    expect(await get('/api/v1/pods')).toBe(500);
    expect(await get('/api/v1/namespaces/nope')).toBe(404);
    expect(told).toEqual([[bug, 'GET /api/v1/pods']]);
    await server.close();
    await test.close();
  });
});
