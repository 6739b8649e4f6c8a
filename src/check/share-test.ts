/**
 * Decides from counts whether requests are shared as expected, looking as often as one likes and stopping as soon as the
 * evidence suffices. It knows no mesh: only counts per backend.
 *
 * Each backend's share p is held against two borders, q - t and q + t around the expected q.
 * - Outside: a mixture of likelihood ratios against "p is not beyond the border" is a supermartingale that starts at 1
 *   (each factor grows with p and has mean 1 at the border itself), so by Ville's inequality it ever reaches 2K/error
 *   with probability error/2K at most; K backends with two borders each make `error` in all, however often one looks.
 * - Within: every border must be refuted in the same way by the ratio of q to the border, at 1/miss. A share beyond a
 *   border would have to refute exactly that one, so it passes with probability `miss` at most.
 * Both assume that each request is sent by its own draw, as Envoy's weighted clusters do.
 */
export interface ShareTest {
  shares: readonly number[];
  tolerance: number;
  /** Bound on the probability that shares within the tolerance are ever called outside. */
  error: number;
  /** Bound on the probability that a share beyond the tolerance is ever called within. */
  miss: number;
}

export type ShareVerdict = { type: 'within' } | { type: 'outside'; backend: number } | { type: 'undecided' };

export function judgeShares(test: ShareTest, counts: readonly number[]): ShareVerdict {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const claims = test.shares.flatMap((share, backend) => {
    const hits = counts[backend] ?? 0;
    // The lower border is the upper one of all other backends together.
    const above = { backend, expected: share, border: share + test.tolerance, hits, misses: total - hits };
    const below = {
      backend,
      expected: 1 - share,
      border: 1 - share + test.tolerance,
      hits: total - hits,
      misses: hits,
    };
    return [above, below].filter((claim) => claim.border < 1);
  });
  const rejectAt = Math.log((2 * test.shares.length) / test.error);
  const outside = claims.find((claim) => evidenceBeyond(claim.border, claim.hits, claim.misses) >= rejectAt);
  if (outside) return { type: 'outside', backend: outside.backend };
  const acceptAt = Math.log(1 / test.miss);
  const within = claims.length > 0 && claims.every((claim) => evidenceFor(claim) >= acceptAt);
  return { type: within ? 'within' : 'undecided' };
}

const gridSize = 16;

/** Log of the mixture over shares beyond the border, the certain one among them. */
function evidenceBeyond(border: number, hits: number, misses: number): number {
  const logs: number[] = [];
  for (let step = 1; step <= gridSize; step++) {
    logs.push(logRatio(border + ((1 - border) * step) / gridSize, border, hits, misses));
  }
  const largest = Math.max(...logs);
  if (largest === -Infinity) return -Infinity;
  return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0) / gridSize);
}

// A backend with weight 0 may still see a stray request (a retry, a request on its way), so nothing is held to be certain.
const almostCertain = 0.995;

function evidenceFor(claim: { expected: number; border: number; hits: number; misses: number }): number {
  const expected = Math.min(Math.max(claim.expected, 1 - almostCertain), almostCertain);
  if (expected >= claim.border) return Infinity;
  return logRatio(expected, claim.border, claim.hits, claim.misses);
}

/** Log of how much better `share` explains the counts than `border` does. */
function logRatio(share: number, border: number, hits: number, misses: number): number {
  const failing = misses === 0 ? 0 : misses * Math.log((1 - share) / (1 - border));
  const hitting = hits === 0 ? 0 : hits * Math.log(share / border);
  return hitting + failing;
}
