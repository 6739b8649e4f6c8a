import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/platform/clock.ts';
import { CertificateAuthority } from '../../../src/sandbox/pki/authority.ts';
import { createCertificateRequest, parseCertificateRequest } from '../../../src/sandbox/pki/certificate-request.ts';
import { child, DerError, readDer } from '../../../src/sandbox/pki/der-reader.ts';
import { extensionValue, oids, signerOf } from '../../../src/sandbox/pki/names.ts';

const key = generateKeyPairSync('rsa', { modulusLength: 2048 });
const names = { commonName: 'buyer.shop.cluster.local', dnsNames: ['buyer.shop.cluster.local', 'b'] };
const own = (name: string) => readFileSync(new URL(`../mesh/certificates/own-ca/${name}`, import.meta.url), 'utf8');

describe('a certificate request', () => {
  it('says the names and the key that it was made with', () => {
    const organization = ['guests', 'staff'];
    const pem = createCertificateRequest(key, { ...names, organization });
    const { publicKey, ...read } = parseCertificateRequest(pem);
    expect(read).toEqual({ ...names, organizations: organization });
    expect(publicKey.equals(key.publicKey)).toBe(true);
  });

  it('is refused when it is none, or somebody else’s key stands in it', () => {
    expect(() => parseCertificateRequest('hello')).toThrow('PEM');
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const forged = createCertificateRequest({ publicKey: other.publicKey, privateKey: key.privateKey }, names);
    expect(() => parseCertificateRequest(forged)).toThrow('is not signed by its key');
  });
});

describe('an authority made elsewhere', () => {
  it('signs under its name byte by byte and its own key identifier', () => {
    const authority = CertificateAuthority.load(systemClock, {
      certPem: own('ca.crt'),
      keyPem: own('private.key'),
    });
    const root = new X509Certificate(own('ca.crt'));
    const leaf = new X509Certificate(authority.sign(key.publicKey, { ...names, validityMs: 3_600_000 }));
    expect(leaf.checkIssued(root)).toBe(true);
    const tbs = child(readDer(leaf.raw), 0);
    const { name, keyId } = signerOf(root.raw);
    expect(child(tbs, 3).bytes.equals(name)).toBe(true);
    const identifier = extensionValue(child(child(tbs, 7), 0), oids.authorityKeyId);
    expect(identifier && child(readDer(identifier), 0).content.equals(keyId ?? Buffer.of())).toBe(true);
  });

  it('may sign another authority', () => {
    const authority = CertificateAuthority.load(systemClock, { certPem: own('ca.crt'), keyPem: own('private.key') });
    const request = { commonName: 'below', validityMs: 3_600_000, isAuthority: true };
    expect(new X509Certificate(authority.sign(key.publicKey, request)).ca).toBe(true);
  });
});

describe('reading DER', () => {
  it('stops at data that ends too early, and at lengths that are none', () => {
    for (const bytes of [[], [0x30], [0x30, 0x05, 0x00], [0x30, 0x80], [0x30, 0x85, 1, 1, 1, 1, 1]]) {
      expect(() => readDer(Buffer.from(bytes))).toThrow(DerError);
    }
    expect(() => child(readDer(Buffer.from([0x30, 0x00])), 0)).toThrow('missing');
  });
});
