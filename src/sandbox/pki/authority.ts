import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { Clock } from '../../platform/clock.ts';
import * as asn1 from './der.ts';
import { encodeName, oids, type SubjectName, signerOf } from './names.ts';

/**
 * A certificate authority: X.509 v3 over node:crypto. It keeps nothing on disk and knows neither meshes nor servers.
 * Keys are EC P-256 unless asked otherwise: an RSA key of 2048 bits costs 50 to 300 ms to make, an EC one less than one.
 */
export interface KeyPair {
  /** The certificate alone, PEM. */
  certPem: string;
  /** PKCS #8, PEM. */
  keyPem: string;
}

export type { SubjectName } from './names.ts';

export interface CertificateRequest extends SubjectName {
  dnsNames?: readonly string[];
  ipAddresses?: readonly string[];
  validityMs: number;
  /** Extended key usages; default: both, none: no such extension. */
  usages?: readonly ('server' | 'client')[];
  /** How far back it is valid already. Default: five minutes, as clocks of learners' machines differ. */
  backdatedMs?: number;
  /** May sign others itself; it then has no usages and names of its own. */
  isAuthority?: boolean;
}

export interface IssueRequest extends CertificateRequest {
  /** Bits of an RSA key; EC P-256 when absent. */
  rsaBits?: number;
}

const day = 24 * 60 * 60 * 1000;
export const tenYearsMs = 3650 * day;

function extension(oid: string, critical: boolean, value: Buffer): Buffer {
  return asn1.sequence(asn1.objectIdentifier(oid), ...(critical ? [asn1.boolean(true)] : []), asn1.octetString(value));
}

/** RFC 5280 4.2.1.2 leaves the choice of hash to the issuer; only equality matters. */
function keyIdentifier(publicKey: KeyObject): Buffer {
  return createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
}

function alternativeNames(request: CertificateRequest): Buffer[] {
  const names = [
    ...(request.dnsNames ?? []).map((name) => asn1.implicit(2, Buffer.from(name, 'latin1'))),
    ...(request.ipAddresses ?? [])
      .filter((ip) => isIPv4(ip))
      .map((ip) => asn1.implicit(7, Buffer.from(ip.split('.').map(Number)))),
  ];
  return names.length === 0 ? [] : [extension(oids.subjectAltName, false, asn1.sequence(...names))];
}

function leafExtensions(request: CertificateRequest): Buffer[] {
  const usages = request.usages ?? ['server', 'client'];
  const digitalSignatureAndKeyEncipherment = asn1.bitString(Buffer.from([0xa0]), 5);
  return [
    extension(oids.keyUsage, true, digitalSignatureAndKeyEncipherment),
    ...(usages.length === 0
      ? []
      : [
          extension(
            oids.extendedKeyUsage,
            false,
            asn1.sequence(
              ...usages.map((usage) => asn1.objectIdentifier(usage === 'server' ? oids.serverAuth : oids.clientAuth)),
            ),
          ),
        ]),
    extension(oids.basicConstraints, true, asn1.sequence()),
    ...alternativeNames(request),
  ];
}

function authorityExtensions(): Buffer[] {
  const certSignAndCrlSign = asn1.bitString(Buffer.from([0x06]), 1);
  return [
    extension(oids.keyUsage, true, certSignAndCrlSign),
    extension(oids.basicConstraints, true, asn1.sequence(asn1.boolean(true))),
  ];
}

interface ToSign {
  /** DER of the names. */
  issuer: Buffer;
  subject: Buffer;
  publicKey: KeyObject;
  /** Of the authority; absent where its certificate names none. */
  authorityKeyId: Buffer | undefined;
  notBefore: number;
  notAfter: number;
  extensions: readonly Buffer[];
  authorityKey: KeyObject;
}

function certificate(parts: ToSign): string {
  const algorithm =
    parts.authorityKey.asymmetricKeyType === 'rsa'
      ? asn1.sequence(asn1.objectIdentifier(oids.sha256WithRsa), asn1.der(0x05))
      : asn1.sequence(asn1.objectIdentifier(oids.ecdsaWithSha256));
  const serial = randomBytes(16);
  serial[0] = (serial[0] ?? 0) & 0x7f;
  const toBeSigned = asn1.sequence(
    asn1.explicit(0, asn1.integer(Buffer.from([2]))),
    asn1.integer(serial),
    algorithm,
    parts.issuer,
    asn1.sequence(asn1.time(parts.notBefore), asn1.time(parts.notAfter)),
    parts.subject,
    parts.publicKey.export({ type: 'spki', format: 'der' }),
    asn1.explicit(
      3,
      asn1.sequence(
        ...parts.extensions,
        extension(oids.subjectKeyId, false, asn1.octetString(keyIdentifier(parts.publicKey))),
        ...(parts.authorityKeyId
          ? [extension(oids.authorityKeyId, false, asn1.sequence(asn1.implicit(0, parts.authorityKeyId)))]
          : []),
      ),
    ),
  );
  const signature = sign('sha256', toBeSigned, parts.authorityKey);
  const bytes = asn1.sequence(toBeSigned, algorithm, asn1.bitString(signature));
  return asn1.pem('CERTIFICATE', bytes);
}

function newKey(rsaBits: number | undefined): { publicKey: KeyObject; privateKey: KeyObject } {
  return rsaBits === undefined
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: rsaBits });
}

const pemOf = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();

/** Clocks of learners' machines differ; a certificate from the future is refused by every client. */
const clockSkewMs = 5 * 60 * 1000;

export class CertificateAuthority {
  /** The authority's certificate, and those after it that were loaded with it. */
  readonly certPem: string;
  readonly #key: KeyObject;
  readonly #signer: { name: Buffer; keyId: Buffer | undefined };
  readonly #clock: Clock;

  private constructor(certPem: string, key: KeyObject, clock: Clock) {
    this.certPem = certPem;
    this.#key = key;
    this.#signer = signerOf(new X509Certificate(certPem).raw);
    this.#clock = clock;
  }

  /** A new self-signed authority; valid ten years unless said otherwise. */
  static create(
    clock: Clock,
    request: SubjectName & { validityMs?: number; rsaBits?: number; backdatedMs?: number },
    { publicKey, privateKey } = newKey(request.rsaBits),
  ): CertificateAuthority {
    const notBefore = clock.now() - (request.backdatedMs ?? clockSkewMs);
    const name = encodeName(request);
    const certPem = certificate({
      issuer: name,
      subject: name,
      publicKey,
      authorityKeyId: keyIdentifier(publicKey),
      notBefore,
      notAfter: notBefore + (request.validityMs ?? tenYearsMs),
      extensions: authorityExtensions(),
      authorityKey: privateKey,
    });
    return new CertificateAuthority(certPem, privateKey, clock);
  }

  /** Throws when the key does not belong to the certificate, or either is not PEM. */
  static load(clock: Clock, pair: KeyPair): CertificateAuthority {
    const parsed = new X509Certificate(pair.certPem);
    const key = createPrivateKey(pair.keyPem);
    if (!parsed.checkPrivateKey(key))
      throw new Error(`the key does not belong to the certificate of ${parsed.subject}`);
    return new CertificateAuthority(pair.certPem, key, clock);
  }

  /** The authority's own pair, for keeping it. */
  pair(): KeyPair {
    return { certPem: this.certPem, keyPem: pemOf(this.#key) };
  }

  issue(request: IssueRequest): KeyPair {
    return this.issueFor(newKey(request.rsaBits), request);
  }

  /** With a key that somebody made before, which spares the caller the wait for an RSA key. */
  issueFor({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }, request: CertificateRequest) {
    return { certPem: this.sign(publicKey, request), keyPem: pemOf(privateKey) };
  }

  /** A certificate for a public key, whoever has the private one; PEM. */
  sign(publicKey: KeyObject, request: CertificateRequest): string {
    const now = this.#clock.now();
    return certificate({
      issuer: this.#signer.name,
      subject: encodeName(request),
      publicKey,
      authorityKeyId: this.#signer.keyId,
      notBefore: now - (request.backdatedMs ?? clockSkewMs),
      notAfter: now + request.validityMs,
      extensions: request.isAuthority ? authorityExtensions() : leafExtensions(request),
      authorityKey: this.#key,
    });
  }
}
