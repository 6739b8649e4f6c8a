import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CertificateSigningRequest } from '../../../src/kube/certificates.ts';
import { certificateSigningRequests, clusterRoleBindings, clusterRoles } from '../../../src/kube/resources.ts';
import type { Caller } from '../../../src/sandbox/apiserver/request-api.ts';
import { createCertificateRequest } from '../../../src/sandbox/pki/certificate-request.ts';
import { admin, refusal, type TestApi, testApi } from './api-fixture.ts';

const at = 'certificates.k8s.io/v1/certificatesigningrequests';
const signerName = 'kubernetes.io/kube-apiserver-client';
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jane: Caller = { username: 'jane', uid: '7', groups: ['staff', 'system:authenticated'], extra: { a: ['b'] } };

function requestOf(name: string, changes: object = {}, organization: string[] = ['staff']) {
  const pem = createCertificateRequest(keys, { commonName: 'jane', organization, dnsNames: [] });
  const request = Buffer.from(pem).toString('base64');
  return { metadata: { name }, spec: { request, signerName, usages: ['client auth'], ...changes } };
}

describe('a request for a certificate', () => {
  let api: TestApi;
  const post = (object: object, caller = jane) =>
    api.requests.create(api.at(at), { type: 'json', text: JSON.stringify(object) }, {}, caller);
  const decide = async (name: string, caller: Caller, type = 'Approved') => {
    const current = api.cluster.get(certificateSigningRequests, name) as CertificateSigningRequest;
    const condition = { type, status: 'True' as const, reason: 'KubectlApprove', message: 'ok' };
    const text = JSON.stringify({
      ...current,
      spec: { ...current.spec, username: 'root' },
      status: { conditions: [condition, { type: 'Failed', status: 'True' }], certificate: 'eA==' },
    });
    return api.requests.update(api.at(at, name, 'approval'), { type: 'json', text }, {}, caller);
  };
  beforeAll(async () => {
    api = await testApi();
  });

  it('names who asked, whatever it says itself, and keeps what was asked', async () => {
    const forged = { username: 'root', uid: '0', groups: ['system:masters'], extra: { c: ['d'] } };
    const plain: Caller = { username: 'joe', groups: ['system:authenticated'] };
    await post(requestOf('forged', forged), plain);
    const stored = api.cluster.get(certificateSigningRequests, 'forged')?.spec;
    expect(stored).toMatchObject({ username: 'joe', groups: ['system:authenticated'] });
    expect(stored).not.toHaveProperty('uid');
    expect(stored).not.toHaveProperty('extra');
    await post(requestOf('mine', forged));
    expect(api.cluster.get(certificateSigningRequests, 'mine')).toMatchObject({
      spec: { username: 'jane', uid: '7', groups: jane.groups, extra: { a: ['b'] } },
      status: {},
    });
    const patch = { spec: { signerName: 'example.com/other' } };
    expect((await api.patch(at, 'mine', 'merge', patch))['spec']).toMatchObject({ signerName });
  });

  it('is approved by whoever may, who changes nothing else by that', async () => {
    await post(requestOf('asked'));
    expect((await refusal(decide('asked', jane))).message).toBe(
      'certificatesigningrequests.certificates.k8s.io "asked" is forbidden: user not permitted to approve requests with signerName "kubernetes.io/kube-apiserver-client"',
    );
    const rule = {
      apiGroups: ['certificates.k8s.io'],
      resources: ['signers'],
      resourceNames: ['kubernetes.io/*'],
      verbs: ['approve'],
    };
    await api.cluster.create(clusterRoles, { metadata: { name: 'approver' }, rules: [rule] });
    await api.cluster.create(clusterRoleBindings, {
      metadata: { name: 'approver' },
      roleRef: { kind: 'ClusterRole', name: 'approver' },
      subjects: [{ kind: 'User', name: 'jane' }],
    });
    await decide('asked', jane);
    const decided = api.cluster.get(certificateSigningRequests, 'asked');
    expect(decided?.spec.username).toBe('jane');
    expect(decided?.status?.certificate).toBeUndefined();
    expect(decided?.status?.conditions).toEqual([
      expect.objectContaining({ type: 'Approved', lastUpdateTime: expect.stringMatching(/Z$/) }),
    ]);
  });

  describe('that somebody decided, or is about to sign', () => {
    const condition = (type: string, more: object = {}) => ({
      type,
      status: 'True',
      reason: 'r',
      message: 'm',
      ...more,
    });
    const write = (name: string, subresource: string, status: object, caller = admin) =>
      api.requests.patch(
        api.at(at, name, subresource),
        'merge',
        { type: 'json', text: JSON.stringify({ status }) },
        {},
        caller,
      );
    const statusOf = (name: string) => api.cluster.get(certificateSigningRequests, name)?.status;

    it('is not approved through its status, nor the decision changed there', async () => {
      await post(requestOf('quiet'));
      const path =
        'CertificateSigningRequest.certificates.k8s.io "quiet" is invalid: status.conditions: Forbidden: updates may';
      const approve = () => write('quiet', 'status', { conditions: [condition('Approved')] });
      expect((await refusal(approve)).message).toBe(`${path} not add a condition of type "Approved"`);
      await write('quiet', 'approval', { conditions: [condition('Approved')] });
      const conditions = [condition('Approved', { message: 'forged' }), condition('Odd', { status: 'False' })];
      await write('quiet', 'status', { conditions });
      expect(statusOf('quiet')?.conditions?.map(({ type, message }) => [type, message])).toEqual([
        ['Approved', 'm'],
        ['Odd', 'm'],
      ]);
      for (const subresource of ['approval', 'status']) {
        const takeBack = () => write('quiet', subresource, { conditions: [] });
        expect((await refusal(takeBack)).message).toBe(`${path} not remove a condition of type "Approved"`);
      }
    });

    it('is approved or denied, never both, never twice, and never by halves', async () => {
      await post(requestOf('torn'));
      const decided = async (...conditions: object[]) =>
        (await refusal(write('torn', 'approval', { conditions }))).message;
      expect(await decided(condition('Denied'), condition('Approved'))).toContain(
        'status.conditions[1].type: Invalid value: "Approved": Approved and Denied conditions are mutually exclusive',
      );
      expect(await decided(condition('Denied'), condition('Denied'))).toContain(
        'status.conditions[1].type: Duplicate value: "Denied"',
      );
      expect(await decided(condition('Denied', { status: 'False' }))).toContain(
        'status.conditions[0].status: Unsupported value: "False": supported values: "True"',
      );
    });

    it('is signed once, by whoever may for that signer', async () => {
      await post(requestOf('signed'));
      const signer: Caller = { username: 'signer', groups: ['system:authenticated'] };
      const sign = (certificate: string) => write('signed', 'status', { certificate }, signer);
      expect((await refusal(sign('eA=='))).message).toBe(
        'certificatesigningrequests.certificates.k8s.io "signed" is forbidden: user not permitted to sign requests with signerName "kubernetes.io/kube-apiserver-client"',
      );
      const rule = { apiGroups: ['certificates.k8s.io'], resources: ['signers'], verbs: ['sign'] };
      await api.cluster.create(clusterRoles, { metadata: { name: 'signer' }, rules: [rule] });
      await api.cluster.create(clusterRoleBindings, {
        metadata: { name: 'signer' },
        roleRef: { kind: 'ClusterRole', name: 'signer' },
        subjects: [{ kind: 'User', name: 'signer' }],
      });
      await sign('eA==');
      expect(statusOf('signed')?.certificate).toBe('eA==');
      expect((await refusal(sign('eQ=='))).message).toContain(
        'status.certificate: Forbidden: updates may not modify existing certificate content',
      );
    });
  });

  it('makes nobody a superuser', async () => {
    expect((await refusal(post(requestOf('greedy', {}, ['system:masters'])))).message).toBe(
      'certificatesigningrequests.certificates.k8s.io "greedy" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
    );
  });

  it.each<[object, string]>([
    [{ usages: [] }, 'spec.usages: Required value'],
    [{ usages: ['fun'] }, 'spec.usages[0]: Unsupported value: "fun"'],
    [{ request: 'eA==' }, 'error decoding certificate request PEM block'],
    [{ signerName: 'me' }, 'must be a fully qualified domain and path of the form "example.com/signer-name"'],
    [{ signerName: 'kubernetes.io/legacy-unknown' }, 'the legacy signerName is not allowed via this API version'],
    [{ expirationSeconds: 60 }, 'may not specify a duration less than 600 seconds (10 minutes)'],
  ])('is refused with %j', async (changes, text) => {
    expect((await refusal(post(requestOf('wrong', changes)))).message).toContain(text);
  });
});
