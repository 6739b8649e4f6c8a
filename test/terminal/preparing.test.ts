import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PtySession } from '../tools/pty.ts';
import { CourseProgram } from './course-program.ts';

describe('the starts of lessons', () => {
  const program = new CourseProgram();
  const environment = { ...program.environment, MESHWALK_PREPARE: '1' };
  const state = join(program.environment.MESHWALK_HOME, 'default/sandbox');
  const snapshots = join(state, 'sandbox/snapshots');
  const kept = () => (existsSync(snapshots) ? readdirSync(snapshots) : []);
  beforeAll(() => program.build(), 120_000);
  afterAll(() => program.end());

  it('are built while the learner reads, aside, and nothing is left running when they quit', async () => {
    const session = new PtySession({
      file: process.execPath,
      args: program.command('--pace', 'instant'),
      environment,
      folder: environment.HOME,
      columns: 80,
      rows: 24,
    });
    try {
      await session.waitForText('Welcome aboard');
      const start = expect.stringMatching(/^start-connect-kubectl-/);
      await expect.poll(kept, { timeout: 60_000 }).toContainEqual(start);
      const azure = readFileSync(join(state, 'sandbox/state/azure.json'), 'utf8');
      expect(Object.keys(JSON.parse(azure).clusters), "the learner's own sandbox is as it was").toEqual([]);
      session.write('q');
      expect((await session.ended).exitCode).toBe(0);
    } finally {
      await session.close();
    }
    expect(readFileSync(join(state, 'preparing'), 'utf8')).toBe('');
    const left = readdirSync(state).filter((name) => name.startsWith('aside'));
    expect(left.filter((name) => !name.endsWith('.lock'))).toEqual([]);
  }, 120_000);

  it('are taken where a lesson begins, and nothing is played again for it', async () => {
    const run = program.command('run', '--from', '2', '--to', '2', '--pace', 'instant');
    const { stdout } = await promisify(execFile)(process.execPath, run, { env: environment, cwd: environment.HOME });
    expect(stdout).toContain('az aks get-credentials');
    expect(stdout).toContain('1 lesson done');
    expect(stdout, 'the cluster of lesson 1 was there already').not.toContain('Create the cluster');
  }, 120_000);
});
