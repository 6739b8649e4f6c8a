import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { Clock } from '../../platform/clock.ts';
import * as asn1 from './der.ts';

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

export interface SubjectName {
  commonName: string;
  organization?: string;
  country?: string;
  locality?: string;
}

export interface IssueRequest extends SubjectName {
  dnsNames?: readonly string[];
  ipAddresses?: readonly string[];
  validityMs: number;
  /** Default: both. */
  usages?: readonly ('server' | 'client')[];
  /** Bits of an RSA key; EC P-256 when absent. */
  rsaBits?: number;
}

const day = 24 * 60 * 60 * 1000;
export const tenYearsMs = 3650 * day;

const oids = {
  commonName: '2.5.4.3',
  country: '2.5.4.6',
  locality: '2.5.4.7',
  organization: '2.5.4.10',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  sha256WithRsa: '1.2.840.113549.1.1.11',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
};

function encodeName(name: SubjectName): Buffer {
  const attribute = (oid: string, value: Buffer) => asn1.set(asn1.sequence(asn1.objectIdentifier(oid), value));
  return asn1.sequence(
    ...(name.country ? [attribute(oids.country, asn1.printableString(name.country))] : []),
    ...(name.locality ? [attribute(oids.locality, asn1.utf8String(name.locality))] : []),
    ...(name.organization ? [attribute(oids.organization, asn1.utf8String(name.organization))] : []),
    attribute(oids.commonName, asn1.utf8String(name.commonName)),
  );
}

function extension(oid: string, critical: boolean, value: Buffer): Buffer {
  return asn1.sequence(asn1.objectIdentifier(oid), ...(critical ? [asn1.boolean(true)] : []), asn1.octetString(value));
}

/** RFC 5280 4.2.1.2 leaves the choice of hash to the issuer; only equality matters. */
function keyIdentifier(publicKey: KeyObject): Buffer {
  return createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
}

function alternativeNames(request: IssueRequest): Buffer[] {
  const names = [
    ...(request.dnsNames ?? []).map((name) => asn1.implicit(2, Buffer.from(name, 'latin1'))),
    ...(request.ipAddresses ?? [])
      .filter((ip) => isIPv4(ip))
      .map((ip) => asn1.implicit(7, Buffer.from(ip.split('.').map(Number)))),
  ];
  return names.length === 0 ? [] : [extension(oids.subjectAltName, false, asn1.sequence(...names))];
}

function leafExtensions(request: IssueRequest): Buffer[] {
  const usages = request.usages ?? ['server', 'client'];
  const digitalSignatureAndKeyEncipherment = asn1.bitString(Buffer.from([0xa0]), 5);
  return [
    extension(oids.keyUsage, true, digitalSignatureAndKeyEncipherment),
    extension(
      oids.extendedKeyUsage,
      false,
      asn1.sequence(
        ...usages.map((usage) => asn1.objectIdentifier(usage === 'server' ? oids.serverAuth : oids.clientAuth)),
      ),
    ),
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
  issuer: SubjectName;
  subject: SubjectName;
  publicKey: KeyObject;
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
  const authorityPublic = createPublicKey(parts.authorityKey);
  const toBeSigned = asn1.sequence(
    asn1.explicit(0, asn1.integer(Buffer.from([2]))),
    asn1.integer(serial),
    algorithm,
    encodeName(parts.issuer),
    asn1.sequence(asn1.time(parts.notBefore), asn1.time(parts.notAfter)),
    encodeName(parts.subject),
    parts.publicKey.export({ type: 'spki', format: 'der' }),
    asn1.explicit(
      3,
      asn1.sequence(
        ...parts.extensions,
        extension(oids.subjectKeyId, false, asn1.octetString(keyIdentifier(parts.publicKey))),
        extension(oids.authorityKeyId, false, asn1.sequence(asn1.implicit(0, keyIdentifier(authorityPublic)))),
      ),
    ),
  );
  const signature = sign('sha256', toBeSigned, parts.authorityKey);
  const bytes = asn1.sequence(toBeSigned, algorithm, asn1.bitString(signature));
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
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
  readonly certPem: string;
  readonly #key: KeyObject;
  readonly #subject: SubjectName;
  readonly #clock: Clock;

  private constructor(certPem: string, key: KeyObject, subject: SubjectName, clock: Clock) {
    this.certPem = certPem;
    this.#key = key;
    this.#subject = subject;
    this.#clock = clock;
  }

  /** A new self-signed authority; valid ten years unless said otherwise. */
  static create(clock: Clock, request: SubjectName & { validityMs?: number; rsaBits?: number }): CertificateAuthority {
    const { publicKey, privateKey } = newKey(request.rsaBits);
    const notBefore = clock.now() - clockSkewMs;
    const certPem = certificate({
      issuer: request,
      subject: request,
      publicKey,
      notBefore,
      notAfter: notBefore + (request.validityMs ?? tenYearsMs),
      extensions: authorityExtensions(),
      authorityKey: privateKey,
    });
    return new CertificateAuthority(certPem, privateKey, request, clock);
  }

  /** Throws when the key does not belong to the certificate, or either is not PEM. */
  static load(clock: Clock, pair: KeyPair): CertificateAuthority {
    const parsed = new X509Certificate(pair.certPem);
    const key = createPrivateKey(pair.keyPem);
    if (!parsed.checkPrivateKey(key))
      throw new Error(`the key does not belong to the certificate of ${parsed.subject}`);
    const field = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(parsed.subject)?.[1];
    const [organization, country, locality] = [field('O'), field('C'), field('L')];
    return new CertificateAuthority(
      pair.certPem,
      key,
      {
        commonName: field('CN') ?? '',
        ...(organization ? { organization } : {}),
        ...(country ? { country } : {}),
        ...(locality ? { locality } : {}),
      },
      clock,
    );
  }

  /** The authority's own pair, for keeping it. */
  pair(): KeyPair {
    return { certPem: this.certPem, keyPem: pemOf(this.#key) };
  }

  issue(request: IssueRequest): KeyPair {
    const { publicKey, privateKey } = newKey(request.rsaBits);
    const now = this.#clock.now();
    const certPem = certificate({
      issuer: this.#subject,
      subject: request,
      publicKey,
      notBefore: now - clockSkewMs,
      notAfter: now + request.validityMs,
      extensions: leafExtensions(request),
      authorityKey: this.#key,
    });
    return { certPem, keyPem: pemOf(privateKey) };
  }
}
