// The built program on a pseudo terminal, with its state in a folder of its own.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PtySession } from '../tools/pty.ts';

const root = join(import.meta.dirname, '../..');

export class CourseProgram {
  readonly folder = mkdtempSync(join(tmpdir(), 'meshwalk-course-'));
  readonly environment = {
    PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    HOME: join(this.folder, 'home'),
    MESHWALK_HOME: join(this.folder, 'state'),
    // Another process at work would only make the walk slower; test/terminal/preparing.test.ts looks at it.
    MESHWALK_PREPARE: '0',
    LANG: 'C.UTF-8',
    COLORTERM: 'truecolor',
  };
  readonly #sessions: PtySession[] = [];

  /** A copy, so that a build meanwhile cannot take chunks away that the program is still to load. */
  build(): void {
    execFileSync(process.execPath, [join(root, 'esbuild.config.mjs'), '--if-stale'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    for (const part of ['dist', 'lessons', 'manifests', 'package.json'])
      cpSync(join(root, part), join(this.folder, 'program', part), { recursive: true });
    mkdirSync(this.environment.HOME);
  }

  /** Arguments for Node. */
  command(...args: string[]): string[] {
    return [join(this.folder, 'program/dist/meshwalk.cjs'), ...args];
  }

  start(columns: number, rows: number, ...options: string[]): PtySession {
    const session = new PtySession({
      file: process.execPath,
      args: this.command('--pace', 'instant', ...options),
      environment: this.environment,
      folder: this.environment.HOME,
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
