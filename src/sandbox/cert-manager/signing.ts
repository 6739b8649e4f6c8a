import { parseGoDuration } from '../../kube/duration.ts';
import type { Secret } from '../../kube/objects.ts';
import type { Clock } from '../../platform/clock.ts';
import { CertificateAuthority, type KeyPair } from '../pki/authority.ts';
import { parseCertificateRequest } from '../pki/certificate-request.ts';
import type { RsaKey } from '../pki/rsa-keys.ts';
import type { CertificateObject, CertificateRequestObject } from './kinds.ts';

/** What cert-manager's CA and self-signed issuers put under a certificate. It knows secrets as texts, and no cluster. */
const hour = 3_600_000;
const defaultDurationMs = 90 * 24 * hour;

const decode = (secret: Secret, key: string) => Buffer.from(secret.data?.[key] ?? '', 'base64').toString();

/** Throws when the secret holds no pair that can sign. */
export function authorityOf(secret: Secret, clock: Clock): CertificateAuthority {
  return CertificateAuthority.load(clock, { certPem: decode(secret, 'tls.crt'), keyPem: decode(secret, 'tls.key') });
}

const durationMs = (text: string | undefined) => parseGoDuration(text ?? '') ?? defaultDurationMs;

/** Throws when the request can't be read, or was not made by the holder of its key. */
export function signRequest(authority: CertificateAuthority, { spec }: CertificateRequestObject): string {
  const { publicKey, ...names } = parseCertificateRequest(Buffer.from(spec?.request ?? '', 'base64').toString());
  const usages = (spec?.usages ?? []).flatMap((usage): ('server' | 'client')[] =>
    usage === 'server auth' ? ['server'] : usage === 'client auth' ? ['client'] : [],
  );
  return authority.sign(publicKey, {
    ...names,
    usages,
    validityMs: durationMs(spec?.duration),
    isAuthority: spec?.isCA === true,
    backdatedMs: 0,
  });
}

/** The content of a Certificate's secret; without an authority it is its own. */
export function issueCertificate(
  { spec }: CertificateObject,
  key: RsaKey,
  authority: CertificateAuthority | undefined,
  clock: Clock,
): KeyPair & { caPem: string } {
  const organization = spec?.subject?.organizations?.[0];
  const name = { commonName: spec?.commonName ?? '', ...(organization ? { organization } : {}) };
  const validityMs = durationMs(spec?.duration);
  const keyPem = key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  if (!authority) {
    const { certPem } = CertificateAuthority.create(clock, { ...name, validityMs, backdatedMs: 0 }, key);
    return { certPem, keyPem, caPem: certPem };
  }
  const isAuthority = spec?.isCA === true;
  const request = { ...name, dnsNames: spec?.dnsNames ?? [], validityMs, isAuthority, backdatedMs: 0 };
  return { certPem: authority.sign(key.publicKey, request), keyPem, caPem: authority.certPem };
}
