import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Secret } from '../../../../kube/objects.ts';
import * as resources from '../../../../kube/resources.ts';
import { StatusError } from '../../../../kube/status.ts';
import type { Clock } from '../../../../platform/clock.ts';
import type { ClusterApi } from '../../../cluster-api.ts';
import { CertificateAuthority } from '../../../pki/authority.ts';
import type { RsaKeys } from '../../../pki/rsa-keys.ts';
import type { OsmInstall } from '../names.ts';
import { organization } from './issuer.ts';

/** The root of provider `tresor`: a Secret that all replicas read, and that anyone can bring before them. */
const certificateKey = 'ca.crt';
const privateKeyKey = 'private.key';
const rootKeyBits = 2048;

/** A Secret that holds no root the mesh can sign with; the message is what the control plane logs. */
export class RootRefused extends Error {
  override readonly name = 'RootRefused';
}

export interface RootParts {
  api: ClusterApi;
  clock: Clock;
  keys: RsaKeys;
  install: OsmInstall;
}

/** The first replica creates the root, whoever comes second reads it (pkg/certificate/castorage/k8s). */
export async function loadOrCreateRoot(parts: RootParts, secretName: string): Promise<CertificateAuthority> {
  const { api, clock, keys, install } = parts;
  const known = api.get(resources.secrets, secretName, install.namespace);
  if (known) return readRoot(known, clock);
  const key = await keys.take(rootKeyBits);
  if (api.get(resources.secrets, secretName, install.namespace)) {
    keys.giveBack(rootKeyBits, key);
    return loadOrCreateRoot(parts, secretName);
  }
  const created = CertificateAuthority.create(
    clock,
    { commonName: 'osm-ca.openservicemesh.io', organization, country: 'US', locality: 'CA', backdatedMs: 0 },
    key,
  );
  try {
    await api.create(resources.secrets, rootSecret(secretName, install, created));
  } catch (error) {
    if (!(error instanceof StatusError && error.reason === 'AlreadyExists')) throw error;
    return loadOrCreateRoot(parts, secretName);
  }
  return created;
}

function rootSecret(name: string, { namespace, version }: OsmInstall, root: CertificateAuthority): Secret {
  const { certPem, keyPem } = root.pair();
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace,
      labels: { 'app.kubernetes.io/name': 'openservicemesh.io', 'app.kubernetes.io/version': version },
    },
    type: 'Opaque',
    data: { [certificateKey]: base64(certPem), [privateKeyKey]: base64(keyPem) },
  };
}

/** Throws RootRefused, and says what to bring instead. OSM itself notices only what keeps it from signing. */
export function readRoot({ metadata, data }: Secret, clock: Clock): CertificateAuthority {
  const where = `secret ${metadata.namespace}/${metadata.name}`;
  const [certPem, keyPem] = [certificateKey, privateKeyKey].map((key) => {
    const text = Buffer.from(data?.[key] ?? '', 'base64').toString();
    if (text === '') throw new RootRefused(`Opaque k8s ${where} does not have required field "${key}"`);
    return text;
  }) as [string, string];
  const certificate = parseCertificate(certPem, where);
  const key = parseKey(keyPem, where);
  if (!certificate.checkPrivateKey(key)) {
    throw new RootRefused(
      `x509: provided PrivateKey doesn't match parent's PublicKey: "${privateKeyKey}" of ${where} is not the key of "${certificateKey}"`,
    );
  }
  if (!certificate.ca) {
    throw new RootRefused(
      `"${certificateKey}" of ${where} is no certificate authority: its basicConstraints lack CA:TRUE, so no peer would trust what it signs`,
    );
  }
  if (certificate.validToDate.getTime() <= clock.now()) {
    throw new RootRefused(`"${certificateKey}" of ${where} has expired: it was valid until ${certificate.validTo}`);
  }
  return CertificateAuthority.load(clock, { certPem, keyPem });
}

function parseCertificate(pem: string, where: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new RootRefused(`no certificate in PEM: "${certificateKey}" of ${where} is none`);
  }
}

/** Only PKCS #8 and only RSA (pkg/certificate/encode.go). */
function parseKey(pem: string, where: string): KeyObject {
  const field = `"${privateKeyKey}" of ${where}`;
  if (!pem.includes('-----BEGIN PRIVATE KEY-----')) {
    throw new RootRefused(
      `no private Key in PEM: ${field} must be PKCS #8 without a password (openssl pkcs8 -topk8 -nocrypt)`,
    );
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new RootRefused(`no private Key in PEM: ${field} cannot be decoded`);
  }
  if (key.asymmetricKeyType !== 'rsa') {
    throw new RootRefused(`${field} is a key of type ${key.asymmetricKeyType}; the mesh signs with RSA keys only`);
  }
  return key;
}
