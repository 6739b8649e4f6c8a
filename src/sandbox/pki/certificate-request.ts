import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import * as asn1 from './der.ts';
import { child, childrenOf, type DerNode, readDer } from './der-reader.ts';
import { encodeName, extensionValue, isOid, oids, type SubjectName } from './names.ts';

/** PKCS #10 requests with a common name and DNS names: written for RSA keys, read for RSA and EC ones. */
export interface ParsedRequest {
  commonName: string;
  organizations: string[];
  dnsNames: string[];
  publicKey: KeyObject;
}

const label = 'CERTIFICATE REQUEST';

export function createCertificateRequest(
  { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject },
  { dnsNames, ...name }: SubjectName & { dnsNames: readonly string[] },
): string {
  const names = asn1.sequence(...dnsNames.map((name) => asn1.implicit(2, Buffer.from(name, 'latin1'))));
  const extensions = asn1.sequence(asn1.sequence(asn1.objectIdentifier(oids.subjectAltName), asn1.octetString(names)));
  const info = asn1.sequence(
    asn1.integer(Buffer.from([0])),
    encodeName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    asn1.explicit(0, asn1.sequence(asn1.objectIdentifier(oids.extensionRequest), asn1.set(extensions))),
  );
  const algorithm = asn1.sequence(asn1.objectIdentifier(oids.sha256WithRsa), asn1.der(0x05));
  return asn1.pem(label, asn1.sequence(info, algorithm, asn1.bitString(sign('sha256', info, privateKey))));
}

/** Throws when the text is no request, or its signature is not by the key in it. */
export function parseCertificateRequest(pem: string): ParsedRequest {
  const base64 = new RegExp(`-----BEGIN ${label}-----([^-]*)-----END ${label}-----`).exec(pem)?.[1];
  if (base64 === undefined) throw new Error('error decoding certificate request PEM block');
  const [info, algorithm, signature] = childrenOf(readDer(Buffer.from(base64, 'base64')));
  if (!info || !algorithm || !signature) throw new Error('the certificate request is not complete');
  const publicKey = createPublicKey({ key: child(info, 2).bytes, format: 'der', type: 'spki' });
  const bits = signature.content.subarray(1);
  if (!verify(hashOf(algorithm), info.bytes, publicKey, bits))
    throw new Error('the certificate request is not signed by its key');
  const subject = child(info, 1);
  const [commonName = ''] = attributesOf(subject, oids.commonName);
  return { commonName, organizations: attributesOf(subject, oids.organization), dnsNames: dnsNamesOf(info), publicKey };
}

const hashes: Readonly<Record<string, string>> = {
  [oids.sha256WithRsa]: 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  [oids.ecdsaWithSha256]: 'sha256',
};

function hashOf(algorithm: DerNode): string {
  const found = Object.entries(hashes).find(([oid]) => isOid(child(algorithm, 0), oid));
  if (!found) throw new Error('the certificate request is signed in a way that is not known here');
  return found[1];
}

function attributesOf(name: DerNode, oid: string): string[] {
  const attributes = childrenOf(name).flatMap(childrenOf);
  return attributes
    .filter((attribute) => isOid(child(attribute, 0), oid))
    .map((attribute) => child(attribute, 1).content.toString());
}

function dnsNamesOf(info: DerNode): string[] {
  const attributes = childrenOf(info).find(({ tag }) => tag === 0xa0);
  const requested = attributes && childrenOf(attributes).find((one) => isOid(child(one, 0), oids.extensionRequest));
  const extensions = requested && child(child(requested, 1), 0);
  const names = extensions && extensionValue(extensions, oids.subjectAltName);
  if (!names) return [];
  return childrenOf(readDer(names)).flatMap(({ tag, content }) => (tag === 0x82 ? [content.toString('latin1')] : []));
}
