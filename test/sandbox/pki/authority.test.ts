import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { SteppedClock, systemClock } from '../../../src/platform/clock.ts';
import { CertificateAuthority, tenYearsMs } from '../../../src/sandbox/pki/authority.ts';

const hour = 3_600_000;

describe('a certificate authority', () => {
  it('issues certificates that its own root verifies, with names, addresses and validity as asked', () => {
    const clock = new SteppedClock(Date.UTC(2026, 10, 22));
    const authority = CertificateAuthority.create(clock, {
      commonName: 'osm-ca.openservicemesh.io',
      organization: 'Open Service Mesh',
      country: 'US',
      locality: 'CA',
    });
    const leaf = authority.issue({
      commonName: 'bookstore.bookstore.cluster.local',
      organization: 'Open Service Mesh',
      dnsNames: ['bookstore.bookstore.cluster.local'],
      ipAddresses: ['127.0.0.1'],
      validityMs: 24 * hour,
    });
    const [root, cert] = [new X509Certificate(authority.certPem), new X509Certificate(leaf.certPem)];
    expect(cert.verify(root.publicKey)).toBe(true);
    expect(cert.checkIssued(root)).toBe(true);
    expect([root.ca, cert.ca]).toEqual([true, false]);
    expect(cert.subjectAltName).toBe('DNS:bookstore.bookstore.cluster.local, IP Address:127.0.0.1');
    expect(cert.issuer).toBe('C=US\nL=CA\nO=Open Service Mesh\nCN=osm-ca.openservicemesh.io');
    expect(Date.parse(cert.validTo)).toBe(clock.now() + 24 * hour);
    expect(Date.parse(root.validTo)).toBeGreaterThan(clock.now() + tenYearsMs - hour);
  });

  it('can be kept and loaded, and then issues under the same name', () => {
    const first = CertificateAuthority.create(systemClock, { commonName: 'ca', organization: 'meshwalk' });
    const again = CertificateAuthority.load(systemClock, first.pair());
    const leaf = new X509Certificate(again.issue({ commonName: 'x', validityMs: hour }).certPem);
    expect(leaf.checkIssued(new X509Certificate(first.certPem))).toBe(true);
  });

  it('refuses a key that belongs to another certificate', () => {
    const [one, two] = [
      CertificateAuthority.create(systemClock, { commonName: 'a' }),
      CertificateAuthority.create(systemClock, { commonName: 'b' }),
    ];
    expect(() => CertificateAuthority.load(systemClock, { certPem: one.certPem, keyPem: two.pair().keyPem })).toThrow(
      'does not belong',
    );
  });

  for (const rsaBits of [undefined, 2048]) {
    it(`carries a mutual TLS handshake with ${rsaBits ? 'RSA' : 'EC'} keys, and both ends see each other's name`, async () => {
      const authority = CertificateAuthority.create(systemClock, { commonName: 'ca', ...(rsaBits ? { rsaBits } : {}) });
      const pair = (name: string) => {
        const issued = authority.issue({
          commonName: name,
          dnsNames: [name],
          validityMs: hour,
          ...(rsaBits ? { rsaBits } : {}),
        });
        return { cert: issued.certPem, key: issued.keyPem, ca: authority.certPem };
      };
      const server = createServer({ ...pair('server.local'), requestCert: true, rejectUnauthorized: true });
      const seen = once(server, 'secureConnection') as Promise<[TLSSocket]>;
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const client = connect({
        port: (server.address() as AddressInfo).port,
        host: '127.0.0.1',
        servername: 'server.local',
        ...pair('client.local'),
      });
      await once(client, 'secureConnect');
      const [accepted] = await seen;
      expect(accepted.getPeerCertificate().subjectaltname).toBe('DNS:client.local');
      expect(client.getPeerCertificate().subjectaltname).toBe('DNS:server.local');
      client.destroy();
      accepted.destroy();
      server.close();
    });
  }

  it('writes dates from 2050 on as GeneralizedTime', () => {
    const clock = new SteppedClock(Date.UTC(2049, 11, 31, 12));
    const authority = CertificateAuthority.create(clock, { commonName: 'ca' });
    const leaf = new X509Certificate(authority.issue({ commonName: 'late', validityMs: 24 * hour }).certPem);
    expect(Date.parse(leaf.validTo)).toBe(Date.UTC(2050, 0, 1, 12));
  });
});
