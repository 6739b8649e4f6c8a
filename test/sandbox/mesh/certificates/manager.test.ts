import { X509Certificate } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { type Clock, SteppedClock, systemClock } from '../../../../src/platform/clock.ts';
import { seededRandom } from '../../../../src/platform/random.ts';
import { CertificateManager } from '../../../../src/sandbox/mesh/osm/certificate/manager.ts';
import { TresorIssuer } from '../../../../src/sandbox/mesh/osm/certificate/tresor.ts';
import { controlPlaneLog } from '../../../../src/sandbox/mesh/osm/log.ts';
import { CertificateAuthority } from '../../../../src/sandbox/pki/authority.ts';
import { child, readDer } from '../../../../src/sandbox/pki/der-reader.ts';
import { extensionValue, oids } from '../../../../src/sandbox/pki/names.ts';
import { RsaKeys } from '../../../../src/sandbox/pki/rsa-keys.ts';

const keys = new RsaKeys();
const identity = { account: 'buyer', namespace: 'shop' };

const issuer = (id: string, clock: Clock, trustDomain = 'cluster.local', keyBits = 2048) =>
  new TresorIssuer({
    id,
    trustDomain,
    root: CertificateAuthority.create(clock, { commonName: `root ${id}` }),
    keys,
    keyBits,
  });

function manager(clock: Clock, validity: string | undefined) {
  const lines: string[] = [];
  const log = controlPlaneLog(clock, (line) => lines.push(line));
  const certificates = new CertificateManager({
    clock,
    random: seededRandom(1),
    log,
    serviceValidity: () => validity,
  });
  return { certificates, lines };
}

const keyUsageBits = (certificate: X509Certificate): number | undefined => {
  const tbs = child(readDer(certificate.raw), 0);
  const value = extensionValue(child(child(tbs, 7), 0), oids.keyUsage);
  return value && readDer(value).content[1];
};

describe('a service certificate', () => {
  it('names the account as CN and only SAN, is RSA, for both ends of TLS, valid from now for as long as MeshConfig says', async () => {
    const clock = new SteppedClock(Date.UTC(2026, 10, 22));
    const { certificates } = manager(clock, '1h30m');
    const root = issuer('one', clock);
    certificates.use({ signing: root, validating: root });
    const { certPem, trustedCaPem } = await certificates.service(identity);
    const parsed = new X509Certificate(certPem);
    expect(parsed.subject).toBe('O=Open Service Mesh\nCN=buyer.shop.cluster.local');
    expect(parsed.subjectAltName).toBe('DNS:buyer.shop.cluster.local');
    expect(parsed.publicKey.asymmetricKeyType).toBe('rsa');
    expect(parsed.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(parsed.keyUsage).toEqual([oids.serverAuth, oids.clientAuth]);
    expect(keyUsageBits(parsed)).toBe(0b1010_0000);
    expect(parsed.validFromDate.getTime()).toBe(clock.now());
    expect(parsed.validToDate.getTime()).toBe(clock.now() + 90 * 60_000);
    expect(parsed.verify(new X509Certificate(trustedCaPem).publicKey)).toBe(true);
  });

  it('is one per account, however many ask for it at once', async () => {
    const { certificates } = manager(systemClock, '24h');
    const root = issuer('one', systemClock);
    certificates.use({ signing: root, validating: root });
    expect(certificates.current(identity)).toBeUndefined();
    const [first, second] = await Promise.all([certificates.service(identity), certificates.service(identity)]);
    expect(first).toBe(second);
    expect(certificates.current(identity)).toBe(first);
  });

  for (const text of [undefined, 'soon']) {
    it(`is valid for a day where MeshConfig says ${text ?? 'nothing'}, and the log says why`, async () => {
      const clock = new SteppedClock();
      const { certificates, lines } = manager(clock, text);
      const root = issuer('one', clock);
      certificates.use({ signing: root, validating: root });
      expect((await certificates.service(identity)).expiresMs).toBe(clock.now() + 24 * 3_600_000);
      expect(lines.join('')).toContain(`Error parsing service certificate validity duration ${text ?? ''}`);
    });
  }

  it('is renewed in its last 30 seconds, and up to 4 more, at the next look; whoever holds it is told', async () => {
    const clock = new SteppedClock();
    const { certificates } = manager(clock, '2m');
    const root = issuer('one', clock);
    certificates.use({ signing: root, validating: root });
    const renewed: string[] = [];
    const stop = certificates.rotate(({ account }) => renewed.push(account));
    const first = await certificates.service(identity);
    await clock.step(85_000);
    expect(certificates.current(identity)).toBe(first);
    await clock.step(5_000);
    await vi.waitFor(() => expect(renewed).toEqual(['buyer']), 10_000);
    const second = certificates.current(identity);
    expect(second?.certPem).not.toBe(first.certPem);
    expect(second?.keyPem).not.toBe(first.keyPem);
    stop();
  });
});

describe('roots that change', () => {
  it('renew every certificate at the next look, under the new root', async () => {
    const clock = new SteppedClock();
    const { certificates, lines } = manager(clock, '24h');
    const [old, young] = [issuer('old', clock), issuer('young', clock, 'example.org')];
    certificates.use({ signing: old, validating: old });
    await certificates.service(identity);
    const renewed: string[] = [];
    const stop = certificates.rotate((_, { commonName }) => renewed.push(commonName));
    certificates.use({ signing: young, validating: young });
    await clock.step(5_000);
    await vi.waitFor(() => expect(renewed).toEqual(['buyer.shop.example.org']), 10_000);
    expect(certificates.current(identity)?.trustedCaPem).toBe(young.caPem);
    expect(lines.join('')).toContain('should be rotated; in progress root certificate rotation');
    stop();
  });

  it('are both trusted while one signs and the other validates', async () => {
    const { certificates } = manager(systemClock, '24h');
    const [old, young] = [issuer('old', systemClock), issuer('young', systemClock)];
    certificates.use({ signing: young, validating: old });
    const { certPem, trustedCaPem } = await certificates.service(identity);
    expect(trustedCaPem).toBe(young.caPem + old.caPem);
    expect(new X509Certificate(certPem).verify(new X509Certificate(young.caPem).publicKey)).toBe(true);
  });
});

describe('certificates of the control plane and of bootstraps', () => {
  it('are valid for 87600 hours and carry the trust domain, unless their whole name was given', async () => {
    const clock = new SteppedClock(Date.UTC(2026, 10, 22));
    const { certificates } = manager(clock, '1h');
    const root = issuer('one', clock, 'example.org', 2304);
    certificates.use({ signing: root, validating: root });
    const [ads, webhook] = await Promise.all([
      certificates.issueInternal('ads'),
      certificates.issueInternal('osm-injector.osm-system.svc', { fullName: true }),
    ]);
    const parsed = new X509Certificate(ads.certPem);
    expect(parsed.subjectAltName).toBe('DNS:ads.example.org');
    expect(parsed.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2304);
    expect(parsed.validToDate.getTime() - parsed.validFromDate.getTime()).toBe(87_600 * 3_600_000);
    expect(new X509Certificate(webhook.certPem).subject).toBe('O=Open Service Mesh\nCN=osm-injector.osm-system.svc');
  });
});
