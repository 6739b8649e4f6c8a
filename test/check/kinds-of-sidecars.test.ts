import { X509Certificate } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { certificate } from '../../src/check/kinds/certificate.ts';
import { containerRestarted } from '../../src/check/kinds/container-restarted.ts';
import { metric } from '../../src/check/kinds/metric.ts';
import { sidecarCounter } from '../../src/check/kinds/sidecar-counter.ts';
import type { ContainerStatus } from '../../src/kube/objects.ts';
import { SteppedClock } from '../../src/platform/clock.ts';
import { CertificateAuthority } from '../../src/sandbox/pki/authority.ts';
import { deployment, look, pod, ScriptedKube } from './scripted-probe.ts';

let kube: ScriptedKube;
let memory: Map<string, unknown>;
let clock: SteppedClock;

beforeEach(() => {
  kube = new ScriptedKube();
  memory = new Map();
  clock = new SteppedClock();
  kube.objects = [deployment('shop', 'store'), pod('shop', 'store-1', 'store')];
});

const script = () => ({ kube, memory, clock });

describe('certificate', () => {
  const show = (name: string, more: { serial?: string; until?: string; root?: string } = {}) => {
    const { serial = '0ab1', until = '2026-01-02T00:00:00Z', root = 'c0ffee' } = more;
    const shown = { subject_alt_names: [{ dns: name }], serial_number: serial };
    const cert_chain = [{ ...shown, valid_from: '2026-01-01T00:00:00Z', expiration_time: until }];
    const certificates = [{ ca_cert: [{ serial_number: root, subject_alt_names: [] }], cert_chain }];
    kube.pages['shop/store-1:15000 /certs'] = { status: 200, body: JSON.stringify({ certificates }) };
  };
  const at = (more: object = {}) =>
    look(certificate, { of: 'shop/store', identity: 'store.shop.cluster.local', ...more }, script());

  it('holds for the name in it, and tells what else stands there', async () => {
    show('store.shop.cluster.local');
    expect(await at()).toEqual({
      status: 'passed',
      saw: 'store.shop.cluster.local, serial number ab1, valid for 1440 minutes',
    });
    show('default.shop.cluster.local');
    expect(await at()).toMatchObject({
      status: 'wrong',
      saw: 'default.shop.cluster.local',
      on: 'sidecar of Pod shop/store-1, /certs',
    });
  });

  it('waits for a sidecar that has none yet, and for a shorter life', async () => {
    kube.pages['shop/store-1:15000 /certs'] = { status: 200, body: '{"certificates":[]}' };
    expect(await at()).toMatchObject({ status: 'not-yet', saw: 'Pod store-1 has no certificate yet' });
    show('store.shop.cluster.local');
    expect(await at({ lives: 60 })).toMatchObject({ status: 'not-yet', saw: 'it is valid for 1440 minutes' });
    show('store.shop.cluster.local', { until: '2026-01-01T01:00:00Z' });
    expect(await at({ lives: 60 })).toMatchObject({ status: 'passed' });
  });

  it('waits for another one than at the first look', async () => {
    show('store.shop.cluster.local');
    expect(await at({ renewed: true })).toMatchObject({ status: 'not-yet', expected: 'a new certificate' });
    show('store.shop.cluster.local', { serial: 'beef' });
    expect(await at({ renewed: true })).toMatchObject({ status: 'passed' });
  });

  it('compares the root with the one in a Secret', async () => {
    const { certPem: pem } = CertificateAuthority.create(clock, { commonName: 'ca' });
    const serial = new X509Certificate(pem).serialNumber;
    const data = { 'ca.crt': Buffer.from(pem).toString('base64') };
    kube.objects.push({ kind: 'Secret', metadata: { namespace: 'mesh', name: 'ca' }, data });
    show('store.shop.cluster.local');
    expect(await at({ root: 'mesh/ca' })).toMatchObject({ status: 'not-yet', saw: expect.stringContaining('c0ffee') });
    show('store.shop.cluster.local', { root: serial });
    expect(await at({ root: 'mesh/ca' })).toMatchObject({ status: 'passed' });
  });

  it('cannot tell from a page that is no JSON', async () => {
    kube.pages['shop/store-1:15000 /certs'] = { status: 200, body: 'no' };
    expect(await at()).toMatchObject({ status: 'unknown' });
  });
});

describe('sidecar-counter', () => {
  const at = (stats: Record<string, number>) => {
    kube.setStats('shop/store-1', stats);
    return look(sidecarCounter, { of: 'shop/store', counter: 'listener\\..*\\.no_match', rises: 3 }, script());
  };

  it('counts growth since the first look, in counters whose whole name matches', async () => {
    expect(await at({ 'listener.x.no_match': 90 })).toMatchObject({
      status: 'not-yet',
      saw: 'grown by 0 since the task began',
    });
    expect(await at({ 'listener.x.no_match': 92, 'listener.x.no_match_2': 50 })).toMatchObject({ status: 'not-yet' });
    expect(await at({ 'listener.x.no_match': 93 })).toEqual({ status: 'passed', saw: 'grown by 3' });
  });
});

describe('metric', () => {
  const scraped = (isOn: boolean) => {
    const annotations = {
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '15010',
      'prometheus.io/path': '/stats/prometheus',
    };
    const found = pod('shop', 'store-1', 'store');
    kube.objects = [
      deployment('shop', 'store'),
      { ...found, metadata: { ...found.metadata, ...(isOn && { annotations }) } },
    ];
  };
  const at = (value?: number) => {
    const body = `# TYPE a_total counter\na_total{code="200"} ${value}\nb_total{} 900\n`;
    if (value !== undefined) kube.pages['shop/store-1:15010 /stats/prometheus'] = { status: 200, body };
    return look(metric, { of: 'shop/store', series: 'a_total.*200', rises: 3 }, script());
  };

  it('reads where the annotations send Prometheus, and counts growth of the series that match', async () => {
    scraped(true);
    expect(await at(40)).toMatchObject({ status: 'not-yet', saw: 'grown by 0 since the task began' });
    expect(await at(43)).toEqual({ status: 'passed', saw: 'grown by 3' });
  });

  it('is wrong for a pod that does not ask to be scraped', async () => {
    scraped(false);
    expect(await at()).toMatchObject({ status: 'wrong', on: 'Pod shop/store-1, metadata.annotations' });
  });
});

describe('container-restarted', () => {
  const envoy = (restartCount: number, more: Partial<ContainerStatus> = {}) => {
    const status = { name: 'envoy', image: '', imageID: '', ready: true, state: { running: {} }, lastState: {} };
    const found = pod('shop', 'store-1', 'store');
    const containerStatuses = [{ ...status, restartCount, ...more }];
    kube.objects = [deployment('shop', 'store'), { ...found, status: { ...found.status, containerStatuses } }];
  };
  const at = () => look(containerRestarted, { of: 'shop/store', container: 'envoy' }, script());

  it('does not count restarts of before', async () => {
    const finishedAt = new Date(clock.now() - 1000).toISOString();
    envoy(4, { lastState: { terminated: { exitCode: 1, finishedAt } } });
    expect(await at()).toMatchObject({ status: 'not-yet', saw: 'it did not end since the task began' });
  });

  it('holds once it runs again', async () => {
    envoy(0);
    await at();
    envoy(1, { state: { waiting: { reason: 'CrashLoopBackOff' } } });
    expect(await at()).toMatchObject({ status: 'not-yet', saw: 'envoy of Pod store-1 ended, and is not back yet' });
    envoy(1);
    expect(await at()).toEqual({ status: 'passed', saw: 'envoy of Pod store-1 runs again, 1 restart' });
  });

  it('sees one that happened before the first look but after the task began', async () => {
    envoy(1, { lastState: { terminated: { exitCode: 0, finishedAt: new Date(clock.now() + 1000).toISOString() } } });
    expect(await at()).toMatchObject({ status: 'passed' });
  });

  it('is wrong for a pod without such a container', async () => {
    kube.objects = [deployment('shop', 'store'), pod('shop', 'store-1', 'store', { sidecar: false })];
    expect(await at()).toMatchObject({ status: 'wrong', on: 'Pod shop/store-1, spec.containers' });
  });
});
