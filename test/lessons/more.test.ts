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

  it('parts-die: without sidecar and rules the connection is refused', () => {
    expect(outputOf('restarted')).toMatch(/connect: connection refused/);
  });
});
