import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { SteppedClock } from '../../../src/platform/clock.ts';
import type { SandboxBundle } from '../../../src/sandbox/bundle/bundle.ts';
import { withNewKeys } from '../../../src/sandbox/bundle/new-keys.ts';
import { seal } from '../../../src/sandbox/bundle/seal.ts';
import { CertificateAuthority, type KeyPair } from '../../../src/sandbox/pki/authority.ts';
import { contentsWith, secret, textsOf } from './contents.ts';

const clock = new SteppedClock(Date.parse('2026-11-22T10:00:00Z'));
const names = { commonName: 'store.shop.cluster.local', dnsNames: ['store.shop'], validityMs: 86_400_000 };
const sealed = (...objects: KubeObject[]): SandboxBundle => seal(contentsWith(...objects), () => false).bundle;
const pairSecret = ({ certPem, keyPem }: KeyPair, name = 'pair') =>
  secret(name, { 'tls.crt': certPem, 'tls.key': keyPem });

describe.each([
  ['EC', undefined],
  ['RSA', 2048],
])('a chain of %s certificates', (_, rsaBits) => {
  const root = CertificateAuthority.create(clock, { commonName: 'root', ...(rsaBits && { rsaBits }) });
  const pair = root.issue({ ...names, ...(rsaBits && { rsaBits }) });
  const { bundle } = withNewKeys(sealed(pairSecret(root.pair(), 'root'), pairSecret(pair)));
  const [ca, key, leafPem, leafKey] = textsOf(bundle);
  const [authority, leaf] = [new X509Certificate(ca ?? ''), new X509Certificate(leafPem ?? '')];
  const before = { authority: new X509Certificate(root.certPem), leaf: new X509Certificate(pair.certPem) };

  it('gets other keys, each of which fits its certificate', () => {
    expect(authority.checkPrivateKey(createPrivateKey(key ?? ''))).toBe(true);
    expect(leaf.checkPrivateKey(createPrivateKey(leafKey ?? ''))).toBe(true);
    expect(leaf.publicKey.equals(before.leaf.publicKey)).toBe(false);
    expect(authority.publicKey.equals(before.authority.publicKey)).toBe(false);
  });

  it('holds again, and not with the chain that it was', () => {
    expect(leaf.checkIssued(authority)).toBe(true);
    expect(leaf.verify(authority.publicKey)).toBe(true);
    expect(authority.verify(authority.publicKey)).toBe(true);
    expect(leaf.verify(before.authority.publicKey)).toBe(false);
  });

  it('keeps names, serials, dates and uses', () => {
    const fields = ({
      subject,
      issuer,
      serialNumber,
      validFrom,
      validTo,
      subjectAltName,
      keyUsage,
      ca: isCa,
    }: X509Certificate) => ({ subject, issuer, serialNumber, validFrom, validTo, subjectAltName, keyUsage, isCa });
    expect(fields(leaf)).toEqual(fields(before.leaf));
    expect(fields(authority)).toEqual(fields(before.authority));
  });
});

describe('what else names a certificate', () => {
  const root = CertificateAuthority.create(clock, { commonName: 'root' });
  const wrapped = Buffer.from(root.certPem).toString('base64');

  it('says the same one everywhere: in the clear, in base64, in base64 inside a text, and with line breaks written out', () => {
    const { bundle } = withNewKeys(
      sealed(pairSecret(root.pair()), {
        apiVersion: 'v1',
        kind: 'Thing',
        metadata: { name: 'thing' },
        clear: root.certPem,
        wrapped,
        inside: `ca: ${wrapped}\n`,
        written: JSON.stringify(root.certPem),
      }),
    );
    const thing = bundle.clusters[0]?.objects[1]?.object as unknown as Record<string, string>;
    const made = new X509Certificate(textsOf(bundle)[0] ?? '').fingerprint256;
    expect(made).not.toBe(new X509Certificate(root.certPem).fingerprint256);
    const found = [
      thing['clear'],
      Buffer.from(thing['wrapped'] ?? '', 'base64'),
      Buffer.from((thing['inside'] ?? '').slice(4), 'base64'),
      JSON.parse(thing['written'] ?? ''),
    ].map((pem) => new X509Certificate(pem).fingerprint256);
    expect(found).toEqual([made, made, made, made]);
  });

  it('stays, where nothing of it was left out', () => {
    const { bundle } = withNewKeys(sealed(secret('public', { 'ca.crt': root.certPem })));
    expect(textsOf(bundle)).toEqual([root.certPem]);
  });

  it('is issued again below an authority that was, though its own key is nowhere', () => {
    const pair = root.issue(names);
    const { bundle } = withNewKeys(sealed(pairSecret(root.pair()), secret('public', { 'tls.crt': pair.certPem })));
    const [ca = '', , pem = ''] = textsOf(bundle);
    const leaf = new X509Certificate(pem);
    expect(leaf.verify(new X509Certificate(ca).publicKey)).toBe(true);
    expect(leaf.publicKey.equals(new X509Certificate(pair.certPem).publicKey)).toBe(true);
  });

  it('of a cluster comes with the key to it', () => {
    const { authorities, bundle } = withNewKeys(sealed());
    const pair = authorities.get('rg/one');
    expect(pair?.certPem).toBe(bundle.clusters[0]?.authority);
    expect(() => CertificateAuthority.load(clock, pair ?? { certPem: '', keyPem: '' })).not.toThrow();
  });
});
