import { describe, expect, it } from 'vitest';
import type { TrafficHistory } from '../../../src/check/traffic/history.ts';
import { openingView, trafficView } from '../../../src/tui/traffic-keys.ts';
import { lineWidth, plain } from '../../../src/tui/view/spans.ts';
import { asciiGlyphs, type Glyphs, unicodeGlyphs } from '../../../src/tui/view/theme.ts';
import { momentWords, type TrafficView, trafficLines } from '../../../src/tui/view/traffic/traffic-screen.ts';
import { en } from '../../../src/words/en.ts';
import { bookstoreMesh, bookstoreSplit, caller, connections, graphOf, http } from '../../check/traffic/mesh-samples.ts';

const mesh = {
  workloads: [...bookstoreMesh.workloads, 'bookwarehouse/mysql'],
  services: { ...bookstoreMesh.services, 'bookwarehouse/mysql': ['bookwarehouse/mysql'] },
  splits: [bookstoreSplit],
};

/** Buyers get half of their books from each version; the thief may look and not buy. */
const busy = graphOf(mesh, [
  caller('bookbuyer/bookbuyer', {
    ...http('bookstore/bookstore-v1', { total: 22, '2xx': 22 }),
    ...http('bookstore/bookstore-v2', { total: 18, '2xx': 18 }),
  }),
  caller('bookthief/bookthief', http('bookstore/bookstore-v1', { total: 10, '2xx': 5, '4xx': 5, '403': 5 })),
  caller('bookstore/bookstore', http('bookwarehouse/bookwarehouse', { total: 4, '2xx': 4 })),
  caller('bookwarehouse/bookwarehouse', connections('bookwarehouse/mysql', 3306, 1, 1)),
]);

const denied = graphOf(bookstoreMesh, [caller('bookbuyer/bookbuyer', {}, { 'bookstore/bookstore-v1': 20 })]);
const of = (...graphs: TrafficHistory['graphs']): TrafficHistory => ({ graphs, trouble: undefined });

function shown(
  history: TrafficHistory,
  width: number,
  glyphs: Glyphs = unicodeGlyphs,
  view: TrafficView = openingView,
) {
  const lines = trafficLines(history, view, { width, glyphs, words: en });
  for (const line of lines) expect(lineWidth(line)).toBeLessThanOrEqual(width);
  return lines.map((line) => plain(line).trimEnd()).join('\n');
}

describe('the traffic map', () => {
  it('draws boxes and lines where the terminal is wide', () => {
    expect(shown(of(busy), 190)).toMatchInlineSnapshot(`
      "▸ bookthief to bookstore – 50 % 403

      ╭───────────╮                          ╭───────────────╮                               ╭────────────────────────╮               ╭───────────────╮               ╭─────────────────────╮
      │ bookbuyer │─ 4.0/s ✓ ───────────────▶│ bookstore     │─ 64 % 3.2/s 16 % 403 ! ──────▶│ bookstore              │─ 0.4/s ✓ ────▶│ bookwarehouse │─ 0.1/s ✓ ────▶│ bookwarehouse/mysql │
      │ 1/1 ready │                      ╭──▶│ traffic split │─ 36 % 1.8/s ✓ ──────────╮     │ 1/1 ready              │               │ 1/1 ready     │               │ 1/1 ready           │
      ╰───────────╯                      │   ╰───────────────╯                         │     ╰────────────────────────╯               ╰───────────────╯               ╰─────────────────────╯
                                         │                                             │
      ╭───────────╮                      │                                             │     ╭────────────────────────╮
      │ bookthief │─ 1.0/s 50 % 403 ! ───╯                                             ╰────▶│ bookstore/bookstore-v2 │
      │ 1/1 ready │                                                                          │ 1/1 ready              │
      ╰───────────╯                                                                          ╰────────────────────────╯"
    `);
  });

  it('says in the boxes which calls are encrypted, where there is room for it', () => {
    const shortChain = graphOf(bookstoreMesh, [
      caller('bookbuyer/bookbuyer', http('bookstore/bookstore-v1', { total: 40, '2xx': 40 })),
    ]);
    expect(shown(of(shortChain), 120)).toContain('bookbuyer │─ mTLS 4.0/s ✓ ─');
    expect(shown(of(denied), 120)).not.toContain('mTLS');
  });

  it('draws a tree at 80 columns', () => {
    expect(shown(of(busy), 78)).toMatchInlineSnapshot(`
      "▸ bookthief to bookstore – 50 % 403

      bookbuyer  1/1 ready
      ╰─▶ bookstore  traffic split                                     mTLS  4.0/s ✓
         ├─▶ bookstore  1/1 rea… ━━━━━━──── 64 %, wanted 50  mTLS  16 % 403  3.2/s !
         │  ╰─▶ bookwarehouse  1/1 ready                               mTLS  0.4/s ✓
         │     ╰─▶ bookwarehouse/mysql  1/1 ready                            0.1/s ✓
         ╰─▶ bookstore/bookstore-v2  1/1 … ━━━━·───── 36 %, wanted 50  mTLS  1.8/s ✓

      bookthief  1/1 ready
      ╰─▶ bookstore  see above                               mTLS  50 % 403  1.0/s !"
    `);
  });

  it('draws a tree at 60 columns, in ASCII where the locale needs it', () => {
    expect(shown(of(busy), 58, asciiGlyphs)).toMatchInlineSnapshot(`
      "> bookthief to bookstore - 50 % 403

      bookbuyer  1/1 ready
      \`-> bookstore                                      4.0/s +
         |-> bookstore                   64 %  16 % 403  3.2/s !
         |  \`-> bookwarehouse                            0.4/s +
         |     \`-> bookwarehouse/mysql                   0.1/s +
         \`-> bookstore/bookstore-v2                36 %  1.8/s +

      bookthief  1/1 ready
      \`-> bookstore  see above                 50 % 403  1.0/s !"
    `);
  });

  it('says in words who was refused', () => {
    expect(shown(of(denied), 58)).toMatchInlineSnapshot(`
      "▸ bookbuyer to bookstore/bookstore-v1 – refused

      ╭───────────╮                       ╭───────────╮
      │ bookbuyer │─ 2.0/s refused ✗ ────▶│ bookstore │
      │ 1/1 ready │                       │ 1/1 ready │
      ╰───────────╯                       ╰───────────╯"
    `);
  });

  it('shows who each one is to the mesh', () => {
    expect(shown(of(busy), 120, unicodeGlyphs, { ...openingView, withIdentity: true })).toContain(
      'bookthief.bookthief.cluster.local',
    );
  });

  it('says where the evidence ends', () => {
    expect(shown({ graphs: [{ ...busy, unheard: ['bookstore/bookstore-1'] }], trouble: undefined }, 60)).toContain(
      'No answer from the sidecar of bookstore/bookstore-1',
    );
    expect(shown({ graphs: [busy], trouble: 'the API server does not answer' }, 60)).toContain(
      'Could not look: the API server does not answer',
    );
    expect(shown(of({ ...busy, nodes: [], edges: [] }), 60)).toContain('No workload has a pod in the mesh yet');
  });

  it('never draws wider than the terminal, whatever its width', () => {
    for (let width = 38; width < 240; width += 1) shown(of(busy), width);
  });

  it('draws a circle of calls once', () => {
    const circle = graphOf({ workloads: ['a/a', 'b/b'], services: { 'a/a': ['a/a'], 'b/b': ['b/b'] } }, [
      caller('a/a', http('b/b', { total: 10, '2xx': 10 })),
      caller('b/b', http('a/a', { total: 20, '2xx': 20 })),
    ]);
    for (const width of [60, 190]) {
      expect(shown(of(circle), width)).toContain('1.0/s');
      expect(shown(of(circle), width)).toContain('2.0/s');
    }
  });
});

describe('time on the traffic map', () => {
  const looks = of(...[0, 1000, 2000, 3000].map((later) => ({ ...busy, atMs: busy.atMs + later })));
  const pressed = (view: TrafficView, ...actions: Parameters<typeof trafficView>[1][]) =>
    actions.reduce((before, action) => trafficView(before, action, looks, 0) ?? before, view);

  it('stands still on a look, steps back to the oldest, and goes on behind the newest', () => {
    expect(momentWords(looks, openingView, en)).toBe('now');
    expect(momentWords(looks, pressed(openingView, 'freeze'), en)).toBe('frozen, 0 s ago');
    expect(momentWords(looks, pressed(openingView, 'earlier', 'earlier'), en)).toBe('frozen, 2 s ago');
    expect(momentWords(looks, pressed(openingView, ...Array(9).fill('earlier')), en)).toBe('frozen, 3 s ago');
    expect(momentWords(looks, pressed(openingView, 'earlier', 'later', 'later'), en)).toBe('now');
    expect(momentWords(looks, pressed(openingView, 'freeze', 'freeze'), en)).toBe('now');
  });
});
