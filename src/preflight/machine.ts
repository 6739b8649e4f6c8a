import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import type { PreflightWords } from '../words/en/preflight.ts';
import { everywhere, examination } from './examination.ts';
import type { Finding } from './finding.ts';

/** The machine itself: terminal, shell, room for state, the port that the lessons forward. Knows no cluster. */

/** Smallest screen on which a lesson can be read, and the smallest that shows all panes at once. */
const smallest = { columns: 40, rows: 12 };
const roomy = { columns: 60, rows: 20 };

export interface TerminalFacts {
  isTerminal: boolean;
  kind: string | undefined;
  columns: number;
  rows: number;
}

export const terminal = examination<TerminalFacts>({
  group: 'machine',
  worlds: everywhere,
  look: ({ environment }) => {
    const { isTTY = false, columns = 0, rows = 0 } = process.stdout;
    return { isTerminal: isTTY && process.stdin.isTTY === true, kind: environment['TERM'], columns, rows };
  },
  judge: judgeTerminal,
});

export function judgeTerminal({ isTerminal, kind, columns, rows }: TerminalFacts, words: PreflightWords): Finding[] {
  const { terminal: said } = words;
  const about = { id: 'terminal', what: said.what };
  if (!isTerminal) return [{ ...about, status: 'note', saw: said.none, why: said.withoutOne, next: ['meshwalk run'] }];
  const saw = said.size(kind ?? said.unknownKind, columns, rows);
  if (columns < smallest.columns || rows < smallest.rows) {
    return [{ ...about, status: 'bad', saw, why: said.tooSmall(smallest.columns, smallest.rows) }];
  }
  if (columns < roomy.columns || rows < roomy.rows) {
    return [{ ...about, status: 'note', saw, why: said.narrow(roomy.columns, roomy.rows) }];
  }
  return [{ ...about, status: 'good', saw }];
}

export const runtime = examination({
  group: 'machine',
  worlds: everywhere,
  look: () => process.versions.node,
  judge: (version) => [{ id: 'node', what: 'Node', status: 'good', saw: version }],
});

export interface ShellFacts {
  bash: string | undefined;
  sh: string | undefined;
}

export const shell = examination<ShellFacts>({
  group: 'machine',
  worlds: everywhere,
  look: (ground) => ({ bash: ground.find('bash'), sh: ground.find('sh') }),
  judge({ bash, sh }, { shell: said }, { os }) {
    const about = { id: 'shell', what: 'Shell' };
    // The bash in System32 is WSL's door: it starts, but sees other files than Windows does.
    const isWslDoor = os === 'windows' && bash !== undefined && /\\(system32|windowsapps)\\/i.test(bash);
    const next = [said.install[os]];
    if (bash && isWslDoor) return [{ ...about, status: 'note', saw: bash, why: said.wsl, next }];
    if (bash) return [{ ...about, status: 'good', saw: bash }];
    if (sh) return [{ ...about, status: 'note', saw: sh, why: said.noFunctions }];
    return [{ ...about, status: 'bad', saw: said.none, why: said.needed, next }];
  },
});

export interface StorageFacts {
  folder: string;
  /** The folder itself, or what of the way to it exists. */
  existing: string;
  isWritable: boolean;
  /** Undefined where the system does not tell. */
  freeBytes: number | undefined;
}

/** The sandbox keeps some ten megabytes, its ways back about as much; a disk with less is full in the middle of a lesson. */
const leastBytes = 100e6;
const comfortableBytes = 500e6;

export const storage = examination<StorageFacts>({
  group: 'machine',
  worlds: everywhere,
  async look({ folders: { state: folder } }) {
    const can = (path: string, mode: number) =>
      access(path, mode).then(
        () => true,
        () => false,
      );
    let existing = folder;
    while (!(await can(existing, constants.F_OK)) && dirname(existing) !== existing) existing = dirname(existing);
    const isWritable = await can(existing, constants.W_OK | constants.X_OK);
    const room = await statfs(existing).catch(() => undefined);
    return { folder, existing, isWritable, freeBytes: room && room.bavail * room.bsize };
  },
  judge: judgeStorage,
});

export function judgeStorage(facts: StorageFacts, words: PreflightWords): Finding[] {
  const { storage: said } = words;
  const { folder, existing, isWritable, freeBytes } = facts;
  const next = [said.elsewhere];
  const state: Finding = isWritable
    ? { id: 'state', what: said.state, status: 'good', saw: folder }
    : { id: 'state', what: said.state, status: 'bad', saw: said.notWritable(existing), why: said.needed, next };
  if (freeBytes === undefined) return [state];
  const room = { id: 'disk', what: said.disk, saw: said.free(Math.round(freeBytes / 1e6)) };
  if (freeBytes < leastBytes) return [state, { ...room, status: 'bad', why: said.full(leastBytes / 1e6), next }];
  if (freeBytes < comfortableBytes) return [state, { ...room, status: 'note', why: said.tight, next }];
  return [state, { ...room, status: 'good' }];
}

/** The lessons forward this one to the bookbuyer's page. */
const lessonPort = 8081;

export const port = examination<boolean>({
  group: 'machine',
  worlds: everywhere,
  look: () =>
    new Promise((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(lessonPort, '127.0.0.1', () => server.close(() => resolve(true)));
    }),
  judge(isFree, { port: said }, { os }) {
    const about = { id: 'port', what: said.what(lessonPort) };
    if (isFree) return [{ ...about, status: 'good', saw: said.free }];
    return [{ ...about, status: 'note', saw: said.taken, why: said.forwarded, next: [whoHas[os]] }];
  },
});

const whoHas = {
  linux: `ss -ltnp 'sport = :${lessonPort}'`,
  macos: `lsof -nP -iTCP:${lessonPort} -sTCP:LISTEN`,
  windows: `Get-NetTCPConnection -LocalPort ${lessonPort} -State Listen`,
} as const;
