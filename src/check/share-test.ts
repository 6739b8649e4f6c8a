/**
 * Decides from counts whether requests are shared as expected, looking as often as one likes and stopping as soon as the
 * evidence suffices. It knows no mesh: only counts per backend.
 *
 * Each backend's share p is held against two borders, q - t and q + t around the expected q, by sequential tests in the
 * manner of Wald ("Sequential Tests of Statistical Hypotheses", Annals of Mathematical Statistics 16, 1945), whose
 * errors hold at every moment at once by Ville's inequality (J. Ville, "Étude critique de la notion de collectif", 1939):
 * a nonnegative supermartingale that starts at 1 ever reaches 1/a with probability a at most. Robbins ("Statistical
 * Methods Related to the Law of the Iterated Logarithm", Annals of Mathematical Statistics 41, 1970) mixes such ratios
 * over alternatives, as is done here; Howard, Ramdas, McAuliffe and Sekhon (Annals of Statistics 49, 2021) is the survey.
 *
 * - Outside: a mixture of likelihood ratios against "p is not beyond the border". Each factor grows with p and has mean 1
 *   at the border itself, so the mixture is such a supermartingale for every share within the tolerance. K backends
 *   with two borders each are given half of `error`: each border may err with error/4K.
 * - Unseen: a backend with a share q that had none of n requests. That happens to a right split with probability
 *   (1 - q)^n, and "no hit in the first n" is one event, however often one looks. The K backends are given the other half.
 * - Within: every backend with a share was seen, and every border is refuted by the ratio of q to the border, at 1/miss. A
 *   share beyond a border would have to refute exactly that one, so it passes with probability `miss` at most; a backend
 *   that gets nothing never passes.
 *
 * All assume that each request is sent by its own draw, as Envoy's weighted clusters do; where a look sees requests in
 * batches only the moment of stopping moves, which Ville's inequality does not mind. How many requests it takes, and
 * that the errors hold in 1,000 seeded runs of each split, is shown by `npm run bench -- split-verdicts`.
 */
export interface ShareTest {
  shares: readonly number[];
  /** At least 0.01: closer to a border than that, "almost certain" is no longer inside it. */
  tolerance: number;
  /** Bound on the probability that right shares are ever called outside. */
  error: number;
  /** Bound on the probability that a share beyond the tolerance is ever called within. */
  miss: number;
}

export type ShareVerdict =
  | { type: 'within' }
  | { type: 'outside'; backend: number }
  /** `unseen`: a backend that should have its share and had no request yet. */
  | { type: 'undecided'; unseen?: number };

/** One border of one backend's share, turned so that "beyond" is always above. */
interface Border {
  backend: number;
  expected: number;
  border: number;
  hits: number;
  misses: number;
}

export function judgeShares(test: ShareTest, counts: readonly number[]): ShareVerdict {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const borders = test.shares.flatMap((share, backend) => bordersOf(backend, share, test.tolerance, counts, total));
  const rejectAt = Math.log((4 * test.shares.length) / test.error);
  const outside = borders.find(({ border, hits, misses }) => evidenceBeyond(border, hits, misses) >= rejectAt);
  if (outside) return { type: 'outside', backend: outside.backend };

  const unseen = test.shares.findIndex((share, backend) => share > 0 && (counts[backend] ?? 0) === 0);
  if (unseen >= 0) {
    // Where the share is larger than the tolerance its lower border tells sooner, and forgives a stray request.
    const evidence = -total * Math.log1p(-Math.min(test.shares[unseen] ?? 0, test.tolerance));
    const isMissing = total > 0 && evidence >= Math.log((2 * test.shares.length) / test.error);
    return isMissing ? { type: 'outside', backend: unseen } : { type: 'undecided', ...(total > 0 ? { unseen } : {}) };
  }
  const acceptAt = Math.log(1 / test.miss);
  return { type: total > 0 && borders.every((border) => evidenceFor(border) >= acceptAt) ? 'within' : 'undecided' };
}

function bordersOf(
  backend: number,
  share: number,
  tolerance: number,
  counts: readonly number[],
  total: number,
): Border[] {
  const hits = counts[backend] ?? 0;
  const misses = total - hits;
  // The lower border is the upper one of all other backends together. One at 1 or above cannot be crossed.
  return [
    { backend, expected: share, border: share + tolerance, hits, misses },
    { backend, expected: 1 - share, border: 1 - share + tolerance, hits: misses, misses: hits },
  ].filter(({ border }) => border < 1);
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

// A backend with weight 0 may still see a stray request (one on its way), so nothing is held to be certain.
const almostCertain = 0.995;

function evidenceFor({ expected, border, hits, misses }: Border): number {
  const moderate = Math.min(Math.max(expected, 1 - almostCertain), almostCertain);
  return logRatio(moderate, border, hits, misses);
}

/** Log of how much better `share` explains the counts than `border` does. */
function logRatio(share: number, border: number, hits: number, misses: number): number {
  const failing = misses === 0 ? 0 : misses * Math.log((1 - share) / (1 - border));
  const hitting = hits === 0 ? 0 : hits * Math.log(share / border);
  return hitting + failing;
}
