import { createHash, generateKeyPairSync, type KeyObject, sign, X509Certificate } from 'node:crypto';
import type { KeyPair } from '../pki/authority.ts';
import { bitString, pem as pemOf, sequence } from '../pki/der.ts';
import { child, DerError, readDer } from '../pki/der-reader.ts';
import { isOid, oids, signerOf } from '../pki/names.ts';
import type { SandboxBundle } from './bundle.ts';
import { keyLabel, keyName } from './seal.ts';
import { mapPem, mapTexts } from './texts.ts';

/**
 * Gives a bundle other keys than its owner's: each certificate whose key was left out, and each below such a one, is
 * issued again, with the same names, serial and dates. What trusted what in the sandbox does so again.
 */
export interface Rekeyed {
  bundle: SandboxBundle;
  /** Of each cluster, by its id; none where its own could not be read. */
  authorities: ReadonlyMap<string, KeyPair>;
}

export function withNewKeys(bundle: SandboxBundle): Rekeyed {
  const { certificates, names } = findIn(bundle);
  for (const { authority } of bundle.clusters) {
    const certificate = readCertificate(authority);
    if (certificate) names.add(keyName(spkiOf(certificate)));
  }
  const issuing = new Issuing([...certificates.values()], names);
  const opened = mapTexts(bundle, (text) => mapPem(text, (block) => issuing.replacementOf(block.label, block.pem)));
  const authorities = new Map<string, KeyPair>();
  bundle.clusters.forEach(({ id, authority }, place) => {
    const key = readCertificate(authority) && issuing.keyOf(keyName(spkiOf(new X509Certificate(authority))));
    const certPem = opened.clusters[place]?.authority;
    if (key && certPem !== undefined) authorities.set(id, { certPem, keyPem: pkcs8(key.privateKey) });
  });
  return { bundle: opened, authorities };
}

/** All certificates, by their PEM, and the names of all keys that were left out. */
function findIn(bundle: SandboxBundle): { certificates: Map<string, X509Certificate>; names: Set<string> } {
  const certificates = new Map<string, X509Certificate>();
  const names = new Set<string>();
  mapTexts(bundle, (text) =>
    mapPem(text, ({ label, pem }) => {
      const certificate = label === 'CERTIFICATE' ? readCertificate(pem) : undefined;
      if (certificate) certificates.set(certificate.fingerprint256, certificate);
      if (label === keyLabel) names.add(nameIn(pem));
      return pem;
    }),
  );
  return { certificates, names };
}

const nameIn = (pem: string): string => pem.split('\n')[1] ?? '';

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

const spkiOf = ({ publicKey }: X509Certificate): Buffer => publicKey.export({ type: 'spki', format: 'der' });
const pkcs8 = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

interface NewKey {
  privateKey: KeyObject;
  publicKey: KeyObject;
}

class Issuing {
  readonly #certificates: readonly X509Certificate[];
  /** By the name of the key that they take the place of. */
  readonly #keys = new Map<string, NewKey>();
  /** By fingerprint; undefined while one is being issued, and where that cannot be. */
  readonly #issued = new Map<string, string | undefined>();

  constructor(certificates: readonly X509Certificate[], names: ReadonlySet<string>) {
    this.#certificates = certificates;
    for (const certificate of certificates) {
      const name = keyName(spkiOf(certificate));
      if (names.has(name) && !this.#keys.has(name)) this.#keys.set(name, newKeyLike(certificate.publicKey));
    }
  }

  keyOf(name: string): NewKey | undefined {
    return this.#keys.get(name);
  }

  replacementOf(label: string, pem: string): string {
    if (label === keyLabel) {
      const key = this.#keys.get(nameIn(pem));
      return key ? pkcs8(key.privateKey).trimEnd() : pem;
    }
    const certificate = label === 'CERTIFICATE' ? readCertificate(pem) : undefined;
    return (certificate && this.#issue(certificate)) ?? pem;
  }

  #issue(certificate: X509Certificate): string | undefined {
    const { fingerprint256 } = certificate;
    if (this.#issued.has(fingerprint256)) return this.#issued.get(fingerprint256);
    this.#issued.set(fingerprint256, undefined);
    const issuer = this.#issuerOf(certificate);
    const authorityKey = issuer && this.#keys.get(keyName(spkiOf(issuer)));
    const again = issuer && authorityKey && this.#again(certificate, issuer, authorityKey);
    this.#issued.set(fingerprint256, again);
    return again;
  }

  #issuerOf(certificate: X509Certificate): X509Certificate | undefined {
    return this.#certificates.find((one) => certificate.checkIssued(one) && certificate.verify(one.publicKey));
  }

  #again(certificate: X509Certificate, issuer: X509Certificate, authorityKey: NewKey): string | undefined {
    const whole = readDer(certificate.raw);
    const algorithm = child(whole, 1);
    if (!signatures.some((oid) => isOid(child(algorithm, 0), oid))) return undefined;
    const own = this.#keys.get(keyName(spkiOf(certificate)));
    const changes = [
      ...(own ? [[spkiOf(certificate), own.publicKey.export({ type: 'spki', format: 'der' })] as const] : []),
      ...this.#keyIdsOf(certificate),
      ...this.#keyIdsOf(issuer),
    ];
    const toBeSigned = changes.reduce((bytes, [old, made]) => replaced(bytes, old, made), child(whole, 0).bytes);
    const signature = sign('sha256', toBeSigned, authorityKey.privateKey);
    return pemOf('CERTIFICATE', sequence(toBeSigned, algorithm.bytes, bitString(signature))).trimEnd();
  }

  /** By which certificates name the key of the one above; only that two are equal matters. */
  #keyIdsOf(certificate: X509Certificate): (readonly [Buffer, Buffer])[] {
    const key = this.#keys.get(keyName(spkiOf(certificate)));
    const { keyId } = signerOf(certificate.raw);
    if (!key || !keyId || keyId.length > 32) return [];
    const made = createHash('sha256')
      .update(key.publicKey.export({ type: 'spki', format: 'der' }))
      .digest();
    return [[keyId, made.subarray(0, keyId.length)]];
  }
}

/** Those that our own authorities and `openssl req` sign with. */
const signatures = [oids.sha256WithRsa, oids.ecdsaWithSha256];

/** Same kind and size, so that a certificate keeps its length. */
function newKeyLike({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): NewKey {
  const { modulusLength, publicExponent, namedCurve } = asymmetricKeyDetails;
  if (asymmetricKeyType === 'rsa') {
    return generateKeyPairSync('rsa', { modulusLength: modulusLength ?? 2048, publicExponent: Number(publicExponent) });
  }
  return generateKeyPairSync('ec', { namedCurve: namedCurve ?? 'P-256' });
}

/** In a copy; all of the same length, so lengths around it stay right. */
function replaced(bytes: Buffer, old: Buffer, made: Buffer): Buffer {
  if (old.length !== made.length) throw new DerError('a new key has another length than the old one');
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf(old); at >= 0; at = copy.indexOf(old, at + old.length)) made.copy(copy, at);
  return copy;
}
