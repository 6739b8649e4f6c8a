/** What a verification found, and how the osm CLI prints it (OSM 1.2: pkg/cli/verifier/verifier.go). Knows no check. */
export type Status = 'Success' | 'Failure' | 'Unknown';

export interface Result {
  context: string;
  status: Status;
  reason?: string;
  suggestion?: string;
  nested?: readonly Result[];
}

export type Verifier = () => Promise<Result>;

export const success = (context: string): Result => ({ context, status: 'Success' });
export const failure = (context: string, reason: string, suggestion?: string): Result => ({
  context,
  status: 'Failure',
  reason,
  ...(suggestion === undefined ? {} : { suggestion }),
});
export const unknown = (context: string, reason: string): Result => ({ context, status: 'Unknown', reason });

/** One after the other, all of them: a failed step does not spare the next. What is unknown does not fail the set. */
export async function verifyAll(context: string, verifiers: readonly Verifier[]): Promise<Result> {
  const nested: Result[] = [];
  for (const verify of verifiers) nested.push(await verify());
  const summary = nested.some(({ status }) => status === 'Failure')
    ? failure(
        context,
        'A verification step failed',
        'Please follow the suggestions listed in the failed steps below to resolve the issue',
      )
    : success(context);
  return { ...summary, nested };
}

const colours: Record<Status, number> = { Success: 32, Failure: 31, Unknown: 33 };
const rule = '---------------------------------------------\n';

/** Steps are shown below what did not succeed, the successful ones too. */
function lines({ context, status, reason, suggestion, nested = [] }: Result, isColoured: boolean, depth = 1): string {
  const word = isColoured ? `\u001b[${colours[status]}m${status}\u001b[0m` : status;
  const head = [
    `[${'+'.repeat(depth)}] Context: ${context}`,
    `Status: ${word}`,
    ...(reason ? [`Reason: ${reason}`] : []),
    ...(suggestion ? [`Suggestion: ${suggestion}`] : []),
    '\n',
  ].join('\n');
  if (status === 'Success') return head;
  return head + nested.map((step) => lines(step, isColoured, depth + 1)).join('');
}

export const report = (result: Result, isColoured: boolean): string => rule + lines(result, isColoured) + rule;
