import { type Played, playSplit, type SplitRun } from './split-run.ts';

export interface SplitRow {
  name: string;
  runs: number;
  passed: number;
  rejected: number;
  undecided: number;
  /** Right splits that were called wrong, wrong ones that passed, and looks that could not tell. */
  falseVerdicts: number;
  /** Until the verdict, where there was one. */
  requests: { min: number; median: number; p95: number; max: number } | undefined;
}

/** Plays one kind of split with the seeds 1 to `runs`. */
export async function splitRow(run: SplitRun, runs: number): Promise<SplitRow> {
  const played: Played[] = [];
  for (let seed = 1; seed <= runs; seed++) played.push(await playSplit(run, seed));
  const count = (verdict: string) => played.filter((one) => one.verdict === verdict).length;
  const [passed, rejected, undecided] = [count('passed'), count('wrong'), count('undecided')];
  const falseVerdicts = count('unknown') + (run.isRight ? rejected : passed);
  const requests = played
    .filter(({ verdict }) => verdict !== 'undecided')
    .map((one) => one.requests)
    .sort((a, b) => a - b);
  const at = (part: number) => requests[Math.min(requests.length - 1, Math.floor(part * requests.length))] ?? 0;
  return {
    name: run.name,
    runs,
    passed,
    rejected,
    undecided,
    falseVerdicts,
    requests: requests.length === 0 ? undefined : { min: at(0), median: at(0.5), p95: at(0.95), max: at(1) },
  };
}
