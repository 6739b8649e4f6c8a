// Bundles the test program once and starts it on a pseudo terminal.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { PtySession } from '../tools/pty.ts';

const root = join(import.meta.dirname, '../..');

export class TestProgram {
  readonly folder = mkdtempSync(join(tmpdir(), 'meshwalk-screen-'));
  readonly #sessions: PtySession[] = [];

  async bundle(): Promise<void> {
    await build({
      absWorkingDir: root,
      entryPoints: ['test/terminal/program.ts'],
      outfile: join(this.folder, 'program.mjs'),
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node22.19',
      jsx: 'automatic',
      define: { 'process.env.NODE_ENV': '"production"' },
      alias: { 'react-devtools-core': join(root, 'src/tui/no-devtools.ts') },
      banner: {
        js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
      },
      logLevel: 'error',
    });
  }

  start(environment: Record<string, string> = {}, columns = 80, rows = 24): PtySession {
    const session = new PtySession({
      file: process.execPath,
      args: [join(this.folder, 'program.mjs')],
      environment: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', ...environment },
      folder: this.folder,
      columns,
      rows,
    });
    this.#sessions.push(session);
    return session;
  }

  async end(): Promise<void> {
    for (const session of this.#sessions) await session.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
