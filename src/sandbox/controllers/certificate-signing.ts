import type { CertificateSigningRequest } from '../../kube/certificates.ts';
import { apiTime } from '../../kube/duration.ts';
import { certificateSigningRequests } from '../../kube/resources.ts';
import type { CertificateAuthority } from '../pki/authority.ts';
import { parseCertificateRequest } from '../pki/certificate-request.ts';
import { type Controller, type ControllerParts, controllerOn } from './controller.ts';
import { WorkQueue } from './work-queue.ts';

const signer = 'kubernetes.io/kube-apiserver-client';
const allowedUsages = ['client auth', 'digital signature', 'key encipherment'];
const yearSeconds = 365 * 24 * 60 * 60;

/**
 * Signs what was approved for the API server's clients: the certificate's CN is a user, its O are groups. Nobody here
 * approves, and there are no other signers. Kubernetes: csrsigning controller.
 */
export function startCertificateSigning(parts: ControllerParts, authority: CertificateAuthority): Controller {
  const { cluster, clock } = parts;
  const queue = new WorkQueue({
    name: 'certificate-signing',
    clock,
    reconcile,
    onError: (error, key) => parts.onError('certificate-signing', error, key),
  });

  async function reconcile(name: string): Promise<void> {
    const request = cluster.get(certificateSigningRequests, name);
    if (!request || !isDue(request)) return;
    const { usages = [] } = request.spec;
    if (!usages.includes('client auth') || usages.some((usage) => !allowedUsages.includes(usage))) {
      const message = `invalid usages for client certificate: ${JSON.stringify(usages)}`;
      return report(name, (status) => {
        const now = apiTime(clock.now());
        const failed = { type: 'Failed', status: 'True' as const, reason: 'SignerValidationFailure', message };
        const times = { lastUpdateTime: now, lastTransitionTime: now };
        status.conditions = [...(status.conditions ?? []), { ...failed, ...times }];
      });
    }
    const certificate = sign(request);
    await report(name, (status) => {
      status.certificate = Buffer.from(certificate).toString('base64');
    });
  }

  function sign({ spec }: CertificateSigningRequest): string {
    const pem = Buffer.from(spec.request, 'base64').toString();
    const { commonName, organizations, publicKey } = parseCertificateRequest(pem);
    const seconds = Math.min(spec.expirationSeconds ?? yearSeconds, yearSeconds);
    return authority.sign(publicKey, {
      commonName,
      organization: organizations,
      usages: ['client'],
      validityMs: seconds * 1000,
    });
  }

  async function report(
    name: string,
    change: (status: NonNullable<CertificateSigningRequest['status']>) => void,
  ): Promise<void> {
    await cluster.modifyStatus(certificateSigningRequests, name, undefined, (draft) => {
      draft.status ??= {};
      change(draft.status);
    });
  }

  return controllerOn(queue, [
    cluster.watch(certificateSigningRequests, ({ type, object }) => {
      if (type !== 'DELETED' && isDue(object)) queue.add(object.metadata.name ?? '');
    }),
  ]);
}

function isDue({ spec, status }: CertificateSigningRequest): boolean {
  const has = (type: string) => status?.conditions?.some((condition) => condition.type === type) === true;
  return spec.signerName === signer && has('Approved') && !has('Denied') && !has('Failed') && !status?.certificate;
}
