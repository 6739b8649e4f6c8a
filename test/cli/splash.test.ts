import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSandboxMeant, opensScreen } from '../../src/cli/splash.ts';
import { describeStart } from '../../src/cli/start.ts';
import { en } from '../../src/words/en.ts';
import { PtySession } from '../tools/pty.ts';
import { build, entry } from './meshwalk.ts';

describe('the first line', () => {
  const home = mkdtempSync(join(tmpdir(), 'meshwalk-splash-'));
  const sessions: PtySession[] = [];
  beforeAll(build, 60_000);
  afterAll(async () => {
    for (const session of sessions) await session.close();
    rmSync(home, { recursive: true, force: true });
  });

  const start = (...args: string[]) => {
    const environment = { PATH: process.env['PATH'] ?? '', HOME: home, MESHWALK_HOME: home };
    const session = new PtySession({ file: process.execPath, args: [entry, ...args], environment, folder: home });
    sessions.push(session);
    return session;
  };
  const line = 'getting your cluster ready';

  it('comes before the screen, whichever options stand before it', () => {
    for (const { long = '', required } of describeStart(new Command(), en).options) {
      const option = required ? [long, 'value'] : [long];
      expect(opensScreen(option), long).toBe(true);
      expect(opensScreen([...option, '--trust']), long).toBe(true);
      expect(opensScreen([...option, 'run', '--json']), long).toBe(false);
    }
    expect(opensScreen([])).toBe(true);
    expect(opensScreen(['--pace=instant'])).toBe(true);
    expect(['-h', '--help', '-V', '--version'].filter((option) => opensScreen(['--trust', option]))).toEqual([]);
  });

  it('promises a cluster where the sandbox is meant, and none in a world of the learner’s own', () => {
    const sandbox = [[], ['--world', 'sandbox'], ['--world=sandbox'], ['--profile', 'aks']];
    const own = [
      ['--world', 'aks'],
      ['--lang', 'de', '--world=cluster'],
    ];
    expect([...sandbox, ...own].map(isSandboxMeant)).toEqual([true, true, true, true, false, false]);
  });

  it('is what the program says first, and what a subcommand does not say', async () => {
    const screen = start('--pace', 'instant');
    await screen.waitFor(() => screen.isFullScreen(), 'the screen');
    expect(screen.raw.indexOf(line)).toBeGreaterThan(-1);
    expect(screen.raw.indexOf(line)).toBeLessThan(screen.raw.indexOf('\u001b[?1049h'));

    const status = start('--profile', 'ada', 'status');
    await status.ended;
    expect(status.raw).toContain('meshwalk');
    expect(status.raw).not.toContain(line);
  });
});
