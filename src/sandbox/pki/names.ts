import * as asn1 from './der.ts';
import { child, childrenOf, type DerNode, readDer } from './der-reader.ts';

/** Distinguished names and what else identifies the holder of a certificate, to DER and back. */
export interface SubjectName {
  commonName: string;
  organization?: string | readonly string[];
  country?: string;
  locality?: string;
}

export const oids = {
  commonName: '2.5.4.3',
  country: '2.5.4.6',
  locality: '2.5.4.7',
  organization: '2.5.4.10',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  sha256WithRsa: '1.2.840.113549.1.1.11',
  extensionRequest: '1.2.840.113549.1.9.14',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
};

export function encodeName(name: SubjectName): Buffer {
  const organizations = [name.organization ?? []].flat();
  const attribute = (oid: string, value: Buffer) => asn1.set(asn1.sequence(asn1.objectIdentifier(oid), value));
  return asn1.sequence(
    ...(name.country ? [attribute(oids.country, asn1.printableString(name.country))] : []),
    ...(name.locality ? [attribute(oids.locality, asn1.utf8String(name.locality))] : []),
    ...organizations.map((each) => attribute(oids.organization, asn1.utf8String(each))),
    attribute(oids.commonName, asn1.utf8String(name.commonName)),
  );
}

export const isOid = ({ bytes }: DerNode, oid: string): boolean => bytes.equals(asn1.objectIdentifier(oid));

/** The value of an extension in a SEQUENCE of them: what its OCTET STRING holds. */
export function extensionValue(extensions: DerNode, oid: string): Buffer | undefined {
  const found = childrenOf(extensions).find((extension) => isOid(child(extension, 0), oid));
  return found && childrenOf(found).at(-1)?.content;
}

/**
 * What those that a certificate signs must repeat to be found under it: its subject, byte by byte, and its key
 * identifier (RFC 5280, 4.1.2.4 and 4.2.1.1). Others write and hash these in other ways than we do.
 */
export function signerOf(certificate: Buffer): { name: Buffer; keyId: Buffer | undefined } {
  const fields = childrenOf(child(readDer(certificate), 0));
  const isVersion = (node: DerNode | undefined) => node?.tag === 0xa0;
  const name = fields[isVersion(fields[0]) ? 5 : 4];
  const extensions = fields.find(({ tag }) => tag === 0xa3);
  const keyId = extensions && extensionValue(child(extensions, 0), oids.subjectKeyId);
  return { name: name?.bytes ?? asn1.sequence(), keyId: keyId && readDer(keyId).content };
}
