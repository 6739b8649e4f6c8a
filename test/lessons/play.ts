// Plays the real course with the built program, without a screen, and reads what it told in JSON lines.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { CheckResult } from '../../src/check/check.ts';
import type { UnsolvedCondition } from '../../src/cli/prove.ts';
import { meshwalk } from '../cli/meshwalk.ts';

const root = join(import.meta.dirname, '../..');
const lessonPort = /\b8081\b/g;

/** The course as it is but for its forwarded port, so that plays beside each other do not fight for one. */
export async function courseWithItsOwnPort(folder: string): Promise<string> {
  const port = String(await freePort());
  cpSync(join(root, 'lessons'), join(folder, 'lessons'), { recursive: true });
  for (const name of readdirSync(join(folder, 'lessons'), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.md')) continue;
    const file = join(folder, 'lessons', name);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(lessonPort, port));
  }
  cpSync(join(root, 'manifests'), join(folder, 'manifests'), { recursive: true });
  return folder;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

export interface SolvedCondition {
  id: string;
  title: string;
  result: CheckResult | undefined;
}

export type PlayEvent =
  | { event: 'note'; sentence: string }
  | { event: 'lesson'; lesson: string; step: number; title: string; remark?: string }
  | { event: 'task'; lesson: string; task: string; title: string }
  | { event: 'unsolved'; lesson: string; task: string; conditions: UnsolvedCondition[] }
  | { event: 'command'; script: string; command?: string; output: string[]; end: { type: string; code?: number } }
  | {
      event: 'solved';
      lesson: string;
      task: string;
      conditions: SolvedCondition[];
      solved: boolean;
      reason?: string;
      tryThis?: string;
    }
  | { event: 'end'; lessons: number };

export interface Play {
  code: number | null;
  err: string;
  events: PlayEvent[];
}

export async function play(home: string, course: string, ...more: string[]): Promise<Play> {
  const args = ['run', '--json', '--pace', 'instant', '--trust', '--lessons', course, ...more];
  const { code, out, err } = await meshwalk(home, args);
  const lines = out.split('\n').filter((line) => line !== '');
  return { code, err, events: lines.map((line): PlayEvent => JSON.parse(line)) };
}

/** Events of one kind, typed. */
export function eventsOf<Kind extends PlayEvent['event']>(
  { events }: Play,
  kind: Kind,
): Extract<PlayEvent, { event: Kind }>[] {
  return events.filter((event): event is Extract<PlayEvent, { event: Kind }> => event.event === kind);
}
