import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secrets, serviceAccounts } from '../../../src/kube/resources.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { clusterAdmin, tokenTable } from '../../../src/sandbox/apiserver/http/authentication.ts';
import { startApiServer } from '../../../src/sandbox/apiserver/http-server.ts';
import { CertificateAuthority } from '../../../src/sandbox/pki/authority.ts';
import { createCertificateRequest } from '../../../src/sandbox/pki/certificate-request.ts';
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
    // A token for somebody else's ears, and one that its object did not outlive.
    const foreign = (await programs.run('1.36', 'create token robot --audience=vault')).stdout.trim();
    expect((await whoAmI(foreign)).code).toBe(1);
    await programs.cluster.api.create(secrets, { metadata: { name: 'tie', namespace: 'default' } });
    const bound = await programs.run('1.36', 'create token robot --bound-object-kind=Secret --bound-object-name=tie');
    expect((await whoAmI(bound.stdout.trim())).code).toBe(0);
    await programs.cluster.api.delete(secrets, 'tie', 'default');
    expect((await whoAmI(bound.stdout.trim())).code).toBe(1);
    expect(await programs.run('1.36', 'create token robot --duration=5m')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 300: may not specify a duration less than 10 minutes',
      ),
    });
    await programs.cluster.api.delete(serviceAccounts, 'robot', 'default');
    expect((await whoAmI(token)).code).toBe(1);
  });
});

describe('users with fewer rights than the learner', () => {
  let programs: ProgramsOnCluster;
  const run = (line: string, version: '1.28' | '1.36' = '1.36') => programs.run(version, line);
  const ok = async (line: string) => {
    const answer = await run(line);
    expect(answer, line).toMatchObject({ code: 0 });
    return answer.stdout;
  };
  beforeAll(async () => {
    programs = await ProgramsOnCluster.start([], { openServiceMesh: false });
    await ok('create namespace shop');
    await ok('create serviceaccount visitor -n shop');
    await ok('create rolebinding visitors --clusterrole=view --serviceaccount=shop:visitor -n shop');
    await programs.cluster.idle();
  });
  afterAll(() => programs.close());

  it('are made of a service account, a role and a token in a context of their own', async () => {
    const token = (await ok('create token visitor -n shop --duration=1h')).trim();
    await ok(`config set-credentials visitor --token=${token}`);
    await ok('config set-context visiting --cluster=demo --user=visitor --namespace=shop');
    expect(await ok('--context=visiting get pods')).toBe('');
    expect(await run('--context=visiting get nodes')).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'Error from server (Forbidden): nodes is forbidden: User "system:serviceaccount:shop:visitor" cannot list resource "nodes" in API group "" at the cluster scope\n',
    });
    for (const version of ['1.28', '1.36'] as const) {
      expect(await run('--context=visiting create configmap a --from-literal=b=c', version)).toMatchObject({
        code: 1,
        stderr:
          'error: failed to create configmap: configmaps is forbidden: User "system:serviceaccount:shop:visitor" cannot create resource "configmaps" in API group "" in the namespace "shop"\n',
      });
      expect(await run('--context=visiting auth can-i list pods', version)).toMatchObject({ code: 0, stdout: 'yes\n' });
      expect(await run('--context=visiting auth can-i get secrets', version)).toMatchObject({
        code: 1,
        stdout: 'no\n',
      });
      expect(await run('--context=visiting auth can-i list pods -A', version)).toMatchObject({
        code: 1,
        stdout: 'no\n',
      });
    }
    expect((await run('--context=visiting auth can-i get pods.metrics.k8s.io')).stdout).toBe('yes\n');
    const list = await ok('--context=visiting auth can-i --list');
    expect(list).toMatch(/^selfsubjectaccessreviews\.authorization\.k8s\.io +\[\] +\[\] +\[create\]$/m);
    expect(list).toMatch(/^deployments\.apps +\[\] +\[\] +\[get list watch\]$/m);
    expect(list).not.toContain('secrets');
    expect((await run('--context=visiting get --raw /metrics')).stderr).toBe(
      'Error from server (Forbidden): forbidden: User "system:serviceaccount:shop:visitor" cannot get path "/metrics"\n',
    );
  });

  it('can be tried out with --as by whoever may impersonate them', async () => {
    const jane = '--as=jane --as-group=staff --as-uid=7';
    expect(await ok(`${jane} auth whoami -o json`).then((text) => JSON.parse(text).status.userInfo)).toEqual({
      username: 'jane',
      uid: '7',
      groups: ['staff', 'system:authenticated'],
    });
    expect((await run(`${jane} get pods -n shop`)).stderr).toBe(
      'Error from server (Forbidden): pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "shop"\n',
    );
    await ok('create rolebinding staff --clusterrole=edit --group=staff -n shop');
    expect(await ok(`${jane} create configmap a -n shop`)).toBe('configmap/a created\n');
    expect((await run('--as=system:serviceaccount:shop:visitor auth can-i get pods -n shop')).stdout).toBe('yes\n');
    // The one who asks must hold the verb `impersonate` for each.
    const token = (await ok('create token visitor -n shop')).trim();
    programs.writeKubeconfig('bare');
    await ok('config unset users.admin --kubeconfig=bare');
    expect((await run(`--kubeconfig=bare --token=${token} --as=jane get pods`)).stderr).toBe(
      'Error from server (Forbidden): users "jane" is forbidden: User "system:serviceaccount:shop:visitor" cannot impersonate resource "users" in API group "" at the cluster scope\n',
    );
  });

  it('are known by a certificate that the cluster’s authority signed, and by no other', async () => {
    const identity = JSON.parse(readFileSync(join(programs.folder, 'cluster/identity.json'), 'utf8'));
    const authority = CertificateAuthority.load(systemClock, identity.authority);
    const certified = (by: CertificateAuthority) =>
      by.issue({ commonName: 'mary', organization: 'staff', usages: ['client'], validityMs: 3_600_000 });
    const whoami = async (by: CertificateAuthority) => {
      const { certPem, keyPem } = certified(by);
      writeFileSync(join(programs.folder, 'mary.crt'), certPem);
      writeFileSync(join(programs.folder, 'mary.key'), keyPem);
      return run('--kubeconfig=bare --client-certificate=mary.crt --client-key=mary.key auth whoami -o json');
    };
    programs.writeKubeconfig('bare');
    await ok('config unset users.admin --kubeconfig=bare');
    const { userInfo } = JSON.parse((await whoami(authority)).stdout).status;
    expect(userInfo).toMatchObject({ username: 'mary', groups: ['staff', 'system:authenticated'] });
    expect(userInfo.extra['authentication.kubernetes.io/credential-id'][0]).toMatch(/^X509SHA256=[0-9a-f]{64}$/);
    expect(await whoami(CertificateAuthority.create(systemClock, { commonName: 'kubernetes' }))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Unauthorized'),
    });
  });

  it('get a certificate on request, once somebody approved it, and go by the name in it', async () => {
    const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const ask = (name: string, usages: string[]) => {
      const pem = createCertificateRequest(keys, { commonName: name, organization: ['guests', 'staff'], dnsNames: [] });
      const request = Buffer.from(pem).toString('base64');
      const spec = { request, signerName: 'kubernetes.io/kube-apiserver-client', usages, expirationSeconds: 86_400 };
      const apiVersion = 'certificates.k8s.io/v1';
      const object = { apiVersion, kind: 'CertificateSigningRequest', metadata: { name }, spec };
      writeFileSync(join(programs.folder, `${name}.json`), JSON.stringify(object));
      return ok(`create -f ${name}.json`);
    };
    await ask('paul', ['client auth', 'digital signature']);
    const row = async (name: string) => (await ok(`get csr ${name} --no-headers`)).trim().split(/ +/);
    expect((await row('paul')).slice(2)).toEqual([
      'kubernetes.io/kube-apiserver-client',
      'kubernetes-admin',
      '24h',
      'Pending',
    ]);
    for (const version of ['1.28', '1.36'] as const) {
      await ask(`refused-${version}`, ['client auth']);
      expect(await run(`certificate deny refused-${version}`, version)).toMatchObject({ code: 0 });
      expect((await row(`refused-${version}`)).at(-1)).toBe('Denied');
    }
    await ask('server', ['client auth', 'server auth']);
    expect(await ok('certificate approve paul server')).toBe(
      'certificatesigningrequest.certificates.k8s.io/paul approved\ncertificatesigningrequest.certificates.k8s.io/server approved\n',
    );
    await programs.cluster.idle();
    expect((await row('paul')).at(-1)).toBe('Approved,Issued');
    expect((await row('server')).at(-1)).toBe('Approved,Failed');
    const certificate = await ok('get csr paul -o jsonpath={.status.certificate}');
    writeFileSync(join(programs.folder, 'paul.crt'), Buffer.from(certificate, 'base64'));
    writeFileSync(join(programs.folder, 'paul.key'), keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await ok('config set-credentials paul --client-certificate=paul.crt --client-key=paul.key --embed-certs');
    await ok('config set-context paul --cluster=demo --user=paul --namespace=shop');
    const { userInfo } = JSON.parse(await ok('--context=paul auth whoami -o json')).status;
    expect(userInfo).toMatchObject({ username: 'paul', groups: ['guests', 'staff', 'system:authenticated'] });
    // Group staff was bound to the role edit above.
    expect((await run('--context=paul auth can-i create pods')).stdout).toBe('yes\n');
    expect((await run('--context=paul auth can-i create roles')).stdout).toBe('no\n');
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
