import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Caller } from '../request-api.ts';

const listOf = (value: string | string[] | undefined): string[] => (value === undefined ? [] : [value].flat());

/**
 * Who a client's certificate names: CN is the user, each O a group. Undefined without one that the cluster's CA signed
 * for clients and whose time has not passed; TLS has checked that. Kubernetes: x509.CommonNameUserConversion.
 */
export function certificateCaller({ socket }: IncomingMessage): Caller | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const { subject, fingerprint256 } = socket.getPeerCertificate();
  const [username] = listOf(subject.CN);
  if (!username) return undefined;
  const credential = `X509SHA256=${fingerprint256.replaceAll(':', '').toLowerCase()}`;
  return {
    username,
    groups: [...listOf(subject.O), 'system:authenticated'],
    extra: { 'authentication.kubernetes.io/credential-id': [credential] },
  };
}
