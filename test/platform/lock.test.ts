import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireLock } from '../../src/platform/lock.ts';
import { startTimeOf } from '../../src/platform/process-identity.ts';
import { tempFolders } from './temp-folder.ts';

const tempFolder = tempFolders();

describe('the lock of a state folder', () => {
  it('is held by one, named to the next, and free after it', () => {
    const file = join(tempFolder(), 'lock');
    const lock = acquireLock(file);
    expect(() => acquireLock(file)).toThrow(`Process ${process.pid} holds`);
    lock.release();
    acquireLock(file).release();
    expect(existsSync(file)).toBe(false);
  });

  it('is respected while its owner runs', async () => {
    const file = join(tempFolder(), 'lock');
    const owner = spawn('sleep', ['300'], { stdio: 'ignore' });
    await once(owner, 'spawn');
    const pid = owner.pid ?? 0;
    writeFileSync(file, JSON.stringify({ pid, startTime: startTimeOf(pid) }));
    expect(() => acquireLock(file)).toThrow(`Process ${pid} holds`);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    acquireLock(file).release();
  });

  it.each([
    ['whose owner ended', JSON.stringify({ pid: spawnSync('true').pid, startTime: '1' })],
    ['whose number another process has by now', JSON.stringify({ pid: process.pid, startTime: 'earlier' })],
    ['that is damaged', '{"pid":'],
    ['that is empty', ''],
  ])('is taken over from a lock %s', (_, text) => {
    const folder = tempFolder();
    const file = join(folder, 'lock');
    writeFileSync(file, text);
    const lock = acquireLock(file);
    expect(readdirSync(folder)).toEqual(['lock']);
    lock.release();
  });

  it('that was taken over is not released by its former owner', () => {
    const file = join(tempFolder(), 'lock');
    const former = acquireLock(file);
    const other = JSON.stringify({ pid: 1, startTime: startTimeOf(1) });
    writeFileSync(file, other);
    former.release();
    expect(existsSync(file)).toBe(true);
  });
});
