import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseGoDuration } from '../../../src/kube/duration.ts';
import { SteppedClock } from '../../../src/platform/clock.ts';
import { seededRandom } from '../../../src/platform/random.ts';
import { Broadcast } from '../../../src/sandbox/mesh/osm/broadcast.ts';
import { ServiceCertificates } from '../../../src/sandbox/mesh/osm/certificates.ts';
import { CertificateAuthority } from '../../../src/sandbox/pki/authority.ts';

describe('batching', () => {
  it('pushes two seconds after the last change, and ten after the first at the latest', async () => {
    const clock = new SteppedClock(0);
    const pushes: number[] = [];
    const broadcast = new Broadcast(clock, 1, () => pushes.push(clock.now()));
    broadcast.request();
    await clock.step(1500);
    broadcast.request();
    await clock.step(2500);
    expect(pushes).toEqual([3500]);
    for (let second = 0; second < 12; second++) {
      broadcast.request();
      await clock.step(1000);
    }
    expect(pushes).toEqual([3500, 14_000]);
  });
});

describe('service certificates', () => {
  const parts = (clock: SteppedClock, validity: string) => ({
    authority: CertificateAuthority.create(clock, { commonName: 'osm-ca.openservicemesh.io' }),
    clock,
    random: seededRandom(1),
    trustDomain: 'cluster.local',
    validity: () => validity,
  });
  const identity = { account: 'buyer', namespace: 'shop' };

  it('are one per account, named after it, and valid as long as MeshConfig says', () => {
    const clock = new SteppedClock();
    const certificates = new ServiceCertificates(parts(clock, '1h30m'));
    const first = certificates.certificateFor(identity);
    expect(certificates.certificateFor(identity)).toBe(first);
    const parsed = new X509Certificate(first.certPem);
    expect(parsed.subjectAltName).toBe('DNS:buyer.shop.cluster.local');
    expect(parsed.subject).toContain('O=Open Service Mesh');
    expect(parsed.validToDate.getTime()).toBe(clock.now() + 90 * 60_000);
  });

  it('are renewed in their last half minute, and whoever uses them is told', async () => {
    const clock = new SteppedClock();
    const certificates = new ServiceCertificates(parts(clock, '2m'));
    const renewed: string[] = [];
    const stop = certificates.rotate(({ account }) => renewed.push(account));
    const first = certificates.certificateFor(identity);
    await clock.step(80_000);
    expect(renewed).toEqual([]);
    await clock.step(20_000);
    expect(renewed).toEqual(['buyer']);
    expect(certificates.certificateFor(identity).certPem).not.toBe(first.certPem);
    stop();
  });

  it('reads durations as Go does', () => {
    expect(['24h', '1h30m', '90s', 'x', ''].map(parseGoDuration)).toEqual([
      86_400_000,
      5_400_000,
      90_000,
      undefined,
      undefined,
    ]);
  });
});
