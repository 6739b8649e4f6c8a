import type { CertificateSigningRequest } from '../../../kube/certificates.ts';
import { ageOf, humanDuration } from '../../../kube/duration.ts';
import { columns, none, type TableKind } from './columns.ts';

export const certificateRequestTable: TableKind<CertificateSigningRequest> = {
  columns: columns('Name/name', 'Age', 'SignerName', 'Requestor', 'RequestedDuration', 'Condition'),
  cells: ({ metadata, spec, status }, nowMs) => [
    metadata.name,
    ageOf(metadata.creationTimestamp, nowMs),
    spec.signerName,
    spec.username ?? '',
    spec.expirationSeconds === undefined ? none : humanDuration(spec.expirationSeconds * 1000),
    conditionOf(status),
  ],
};

/** Kubernetes: extractCSRStatus. */
function conditionOf(status: CertificateSigningRequest['status']): string {
  const types = ['Approved', 'Denied', 'Failed'];
  const found = types.find((type) => status?.conditions?.some((condition) => condition.type === type)) ?? 'Pending';
  const failed = found === 'Approved' && status?.conditions?.some(({ type }) => type === 'Failed') ? ',Failed' : '';
  return `${found}${failed}${status?.certificate ? ',Issued' : ''}`;
}
