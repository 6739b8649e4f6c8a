import { describe, expect, it } from 'vitest';
import type { KubectlVersion } from '../../tools/kubectl.ts';
import { asSaidBy } from './by-version.ts';
import { type Difference, lineDifference, listedDifferences } from './differences.ts';
import { Replay } from './replay.ts';
import { cutAlike, recordedSession, type Transcript } from './transcript.ts';

/**
 * The conformance suite: what kubectl and a real API server 1.36 said to each other (test/golden, recorded with 1.28 and
 * 1.32), held against what the same kubectl and our API server say: requests, exit code and every line of output. The
 * other versions are held against that of 1.32 and what is known of their ways (by-version.ts).
 *
 * A difference that is right stands in test/golden/differences.txt, line by line and with its reason. One that is not
 * there fails, and so does one that no longer occurs.
 */
const sessions: { version: KubectlVersion; recording: string; namespace: string }[] = [
  { version: '1.28', recording: '1.28', namespace: 'shop' },
  { version: '1.30', recording: '1.32', namespace: 'shop' },
  { version: '1.32', recording: '1.32', namespace: 'shop' },
  { version: '1.34', recording: '1.32', namespace: 'shop' },
  { version: '1.36', recording: '1.32', namespace: 'shop' },
  { version: '1.32', recording: '1.32-more', namespace: 'tt' },
  { version: '1.36', recording: '1.32-more', namespace: 'tt' },
];

const listed = listedDifferences();
const leftOut = new Set(listed.filter(({ lines }) => !lines).map(({ command }) => command));

/** Each time that a session has a command, with a name of its own in the list of differences. */
function named(session: readonly Transcript[]): { command: string; recorded: Transcript }[] {
  const times = new Map<string, number>();
  return session.map((recorded) => {
    const line = recorded.line.replaceAll(/bookstore-[0-9a-f]{10}-\w{5}/g, 'POD');
    const time = (times.get(line) ?? 0) + 1;
    times.set(line, time);
    return { command: time === 1 ? line : `${line} (${time})`, recorded };
  });
}

const blockOf = ({ command, versions, lines = [] }: Pick<Difference, 'command' | 'versions' | 'lines'>) =>
  [`$ kubectl ${command}`, ...(versions.length > 0 ? [`versions: ${versions.join(' ')}`] : []), ...lines].join('\n');

describe.each(sessions)(
  'kubectl $version through the recorded session $recording',
  ({ version, recording, namespace }) => {
    const all = named(recordedSession(recording));
    const compared = all.filter(({ command }) => !leftOut.has(command));
    const applies = (entry: Difference) => entry.versions.length === 0 || entry.versions.includes(version);

    it(`says what was recorded in ${compared.length} of ${all.length} commands, but for what is listed`, async () => {
      const replay = await Replay.start(version, namespace);
      const found: Difference[] = [];
      try {
        for (const { command, recorded } of compared) {
          const answer = await replay.play(recorded);
          const lines = lineDifference(...cutAlike(asSaidBy(version, recorded), answer));
          if (lines.length > 0) found.push({ command, versions: [version], why: '', lines });
        }
      } finally {
        await replay.close();
      }
      const expected = listed.filter(
        (entry) => entry.lines && applies(entry) && compared.some(({ command }) => command === entry.command),
      );
      const plain = (entries: Difference[]) =>
        entries
          .map((entry) => blockOf({ ...entry, versions: [] }))
          .sort()
          .join('\n\n');
      expect(plain(found)).toBe(plain(expected));
    }, 120_000);
  },
);

describe('the list of differences', () => {
  it('gives a reason for each', () => {
    expect(listed.filter(({ why }) => why.length < 20)).toEqual([]);
  });

  it('speaks of recorded commands only', () => {
    const commands = new Set(
      sessions.flatMap(({ recording }) => named(recordedSession(recording)).map(({ command }) => command)),
    );
    expect(listed.filter(({ command }) => !commands.has(command))).toEqual([]);
  });
});
