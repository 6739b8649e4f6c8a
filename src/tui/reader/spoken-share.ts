import type { Evidence } from '../../classroom/protocol.ts';
import type { Words } from '../../words/en.ts';
import { shareLines } from '../view/share-screen.ts';
import { plain } from '../view/spans.ts';

/** What would be shared with the instructor, as sentences, and what to type. Pure. */
export function spokenShare(evidence: Evidence | undefined, words: Words): string[] {
  if (!evidence) return [words.classroom.nothingToShare];
  const lines = shareLines(evidence, { width: 10_000, words }).map((line) => plain(line).trimEnd());
  return [...lines.filter((text) => text !== ''), words.classroom.share.enter];
}
