import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventsOf } from './play.ts';
import { type Before, proveCourse } from './proof.ts';

// The lessons beyond the first course, from an empty sandbox: their start is built, then each is played unsolved and solved.
const before: readonly Before[] = [
  ['see-mtls/read-certificate', 'lifetime', 'not-yet', 'no answer yet'],
  ['see-mtls/plain-client', 'namespace', 'wrong', 'it does not exist'],
  ['see-mtls/plain-client', 'runs', 'waits', 'namespace'],
  ['see-mtls/plain-client', 'closed', 'waits', 'runs'],
  ['see-mtls/plain-client', 'counted', 'waits', 'runs'],
  ['see-mtls/give-identity', 'certificate', 'wrong', 'the caller has no sidecar'],
  ['see-mtls/give-identity', 'target', 'wrong', 'it does not exist'],
  ['see-mtls/give-identity', 'buys', 'waits', 'certificate target'],
  ['see-mtls/send-away', 'target', 'wrong', 'it is still there'],
  ['see-mtls/send-away', 'namespace', 'wrong', 'it is still there'],
  ['parts-die/stop-control-plane', 'controller', 'wrong', '2'],
  ['parts-die/stop-control-plane', 'injector', 'wrong', '2'],
  ['parts-die/stop-control-plane', 'gone', 'waits', 'controller injector'],
  ['parts-die/stop-control-plane', 'buys', 'waits', 'gone'],
  ['parts-die/unheard', 'revoked', 'wrong', 'it is still there'],
  ['parts-die/unheard', 'looks', 'waits', 'revoked'],
  ['parts-die/unheard', 'no-pod', 'wrong', 'nothing'],
  ['parts-die/kill-sidecar', 'restarted', 'not-yet', 'it did not end since the task began'],
  ['parts-die/kill-sidecar', 'refused', 'waits', 'restarted'],
  ['parts-die/bring-back', 'controller', 'wrong', 'nothing'],
  ['parts-die/bring-back', 'injector', 'wrong', 'nothing'],
  ['parts-die/bring-back', 'customer', 'waits', 'controller injector'],
  ['parts-die/bring-back', 'buys', 'waits', 'customer'],
  ['parts-die/bring-back', 'denied', 'waits', 'controller'],
  ['parts-die/give-back', 'target', 'wrong', 'it does not exist'],
  ['parts-die/give-back', 'what-broke', 'not-yet', 'no answer yet'],
  ['egress/ask-outside', 'namespace', 'wrong', 'it does not exist'],
  ['egress/ask-outside', 'in-mesh', 'waits', 'namespace'],
  ['egress/ask-outside', 'refused', 'waits', 'in-mesh'],
  ['egress/open-one-host', 'policy', 'wrong', 'it does not exist'],
  ['egress/open-one-host', 'answered', 'waits', 'policy'],
  ['egress/open-one-host', 'routed', 'waits', 'answered'],
  ['egress/other-host', 'asked', 'wrong', 'it does not exist'],
  ['egress/other-host', 'notfound', 'waits', 'asked'],
  ['egress/close-again', 'policy', 'wrong', 'it is still there'],
  ['egress/close-again', 'namespace', 'wrong', 'it is still there'],
  ['limits/rate-limit', 'setting', 'wrong', 'it does not exist'],
  ['limits/rate-limit', 'limited', 'waits', 'setting'],
  ['limits/retry', 'switch', 'wrong', 'false'],
  ['limits/retry', 'policy', 'wrong', 'it does not exist'],
  ['limits/retry', 'retried', 'waits', 'switch policy'],
  ['limits/retry', 'storm', 'waits', 'switch policy'],
  ['limits/circuit-breaker', 'setting', 'wrong', 'nothing'],
  ['limits/circuit-breaker', 'stopped', 'waits', 'setting'],
  ['limits/no-limits', 'setting', 'wrong', 'it is still there'],
  ['limits/no-limits', 'policy', 'wrong', 'it is still there'],
  ['limits/no-limits', 'switch', 'wrong', 'true'],
  ['observe/metrics', 'namespace', 'wrong', 'nothing'],
  ['observe/metrics', 'scraped', 'waits', 'namespace'],
  ['observe/traces', 'place', 'wrong', 'it does not exist'],
  ['observe/traces', 'jaeger', 'waits', 'place'],
  ['observe/traces', 'tracing', 'wrong', 'enable: false'],
  ['observe/traces', 'heard', 'waits', 'jaeger tracing'],
  ['observe/traces', 'headers', 'not-yet', 'no answer yet'],
  ['observe/stop-watching', 'tracing', 'wrong', 'enable: true'],
  ['observe/stop-watching', 'namespace', 'wrong', '"enabled"'],
  ['observe/stop-watching', 'jaeger', 'wrong', 'it is still there'],
  ['own-ca/replace-root', 'secret', 'wrong', 'nothing'],
  ['own-ca/replace-root', 'sells', 'waits', 'secret'],
  ['own-ca/restart-all', 'controller', 'wrong', 'nothing'],
  ['own-ca/restart-all', 'injector', 'wrong', 'nothing'],
  ['own-ca/restart-all', 'customer', 'waits', 'controller'],
  ['own-ca/restart-all', 'shop', 'waits', 'controller'],
  ['own-ca/restart-all', 'wholesaler', 'waits', 'controller'],
  ['own-ca/restart-all', 'database', 'waits', 'controller'],
  ['own-ca/restart-all', 'thief', 'waits', 'controller'],
  ['own-ca/restart-all', 'sells', 'waits', 'customer shop'],
  ['own-ca/restart-all', 'no-gap', 'not-yet', 'no answer yet'],
];

const proof = proveCourse('more', before);
const { outputOf } = proof;

it('the lessons leave the mesh as they found it: after the first start no other has to be built', () => {
  const told = eventsOf(proof.play, 'note').map(({ sentence }) => sentence);
  const looks = told.flatMap((sentence, index) => (sentence === 'Looking at what is there already' ? [index] : []));
  expect(looks).toHaveLength(proof.catalog.lessonsOf('more').length);
  expect(told.slice(looks[1]).filter((sentence) => sentence.includes(': '))).toEqual([]);
});

describe('what the lessons say about their commands is what happens', () => {
  it("see-mtls: the shop's certificate lives a day and the root ten years, and the Secret holds the root", () => {
    const page = JSON.parse(outputOf('shop-certificate'));
    const [{ ca_cert, cert_chain }] = page.certificates;
    const days = ({ valid_from, expiration_time }: Record<string, string>) =>
      (Date.parse(expiration_time ?? '') - Date.parse(valid_from ?? '')) / 86_400_000;
    expect(days(cert_chain[0])).toBeCloseTo(1, 1);
    expect(days(ca_cert[0])).toBeCloseTo(3650, -1);
    expect(outputOf('root-certificate')).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
  });

  it('see-mtls: a plain call gets no answer, and the door counts it', () => {
    expect(outputOf('outsider-log')).toMatch(/connection reset by peer|EOF/);
    expect(outputOf('outsider-log')).not.toMatch(/is 403|is 200/);
    expect(outputOf('turned-away')).toMatch(/no_filter_chain_match: [1-9]\d*/);
  });

  it("see-mtls: the outsider's name is its service account, and the shop's log has the name it asked for", () => {
    expect(outputOf('outsider-certificate')).toContain('outsider.outsider.cluster.local');
    expect(outputOf('shop-access-log')).toContain('"requested_server_name":"bookstore.bookstore.svc.cluster.local"');
  });

  it('parts-die: the customer buys without a control plane, and a new pod does not come', () => {
    expect(outputOf('customer-goes-on')).toContain('200 OK');
    expect(outputOf('why-no-pod')).toContain('failed calling webhook "osm-inject.k8s.io"');
  });

  it('parts-die: a permission that is gone still works', () => {
    expect(outputOf('thief-still-looks')).toContain('books-bought" is 200;');
  });

  it('egress: refused without a policy, a page with it, and the sidecar’s own 404 for another host', () => {
    expect(outputOf('refused-log')).toContain('curl: (7)');
    expect(outputOf('page-log')).toMatch(/HTTP\/1\.1 200 OK[\s\S]*server: envoy/);
    expect(outputOf('api-log')).toMatch(/HTTP\/1\.1 404/);
    expect(outputOf('api-log')).not.toContain('x-envoy-upstream-service-time');
  });

  it('limits: the counters that the lesson speaks of are there', () => {
    expect(outputOf('limited-stats')).toMatch(/rate_limited: \d+/);
    expect(outputOf('retry-stats')).toMatch(/upstream_rq_429: [1-9]/);
    expect(outputOf('overflow-stats')).toMatch(/rq_retry_open: 1[\s\S]*upstream_rq_retry_overflow: \d/);
  });

  it("observe: OSM's own count is scraped, and Jaeger knows a trace of the customer", () => {
    expect(outputOf('annotations')).toContain('"prometheus.io/scrape":"true"');
    expect(outputOf('scrape')).toMatch(/osm_request_total/);
    expect(outputOf('known-services')).toContain('bookbuyer.bookbuyer');
    expect(outputOf('one-trace')).toMatch(/"operationName":"bookstore\.bookstore/);
  });

  it('own-ca: the sidecar has the root of the manifest', () => {
    const page = JSON.parse(outputOf('root-after'));
    const manifest = readFileSync(join(import.meta.dirname, '../../manifests/own-ca/bundle.yaml'), 'utf8');
    const pem = Buffer.from(/ca\.crt: (\S+)/.exec(manifest)?.[1] ?? '', 'base64');
    expect(page.certificates[0].ca_cert[0].serial_number.toUpperCase()).toBe(new X509Certificate(pem).serialNumber);
  });

  it('parts-die: without sidecar and rules the connection is refused', () => {
    expect(outputOf('restarted')).toMatch(/connect: connection refused/);
  });
});
