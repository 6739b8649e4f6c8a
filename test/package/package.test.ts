import { execFile, execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** What npm would publish, installed where nothing else is. */
describe('the published package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'meshwalk-package-'));
  const installed = join(folder, 'empty/node_modules/meshwalk');
  const bin = join(folder, 'empty/node_modules/.bin/meshwalk');
  const env = {
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: folder,
    MESHWALK_HOME: join(folder, 'home'),
    MESHWALK_PREPARE: '0',
    LANG: 'C.UTF-8',
  };

  beforeAll(async () => {
    const clone = join(folder, 'clone');
    const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
      .split('\n')
      .filter(Boolean);
    for (const file of files.filter((name) => !name.startsWith('test/') && existsSync(join(root, name))))
      cpSync(join(root, file), join(clone, file));
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
    const npm = { env: { ...process.env, npm_config_loglevel: 'error' } };
    await run('npm', ['pack', '--silent', '--pack-destination', folder], { ...npm, cwd: clone });
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
    mkdirSync(join(folder, 'empty'));
    await run(
      'npm',
      ['install', '--prefix', join(folder, 'empty'), '--offline', '--no-audit', '--no-fund', join(folder, tarball)],
      npm,
    );
  }, 180_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('needs nothing else: no dependency, no Node, no source', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Record<string, unknown>;
    for (const field of ['dependencies', 'devDependencies', 'optionalDependencies', 'scripts'])
      expect(manifest).not.toHaveProperty(field);
    expect(readdirSync(join(folder, 'empty/node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      'meshwalk',
    ]);
    expect(readdirSync(installed).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist',
      'lessons',
      'manifests',
      'package.json',
    ]);
  });

  it('leaves package.json of the clone as it was', () => {
    expect(readFileSync(join(folder, 'clone/package.json'), 'utf8')).toBe(
      readFileSync(join(root, 'package.json'), 'utf8'),
    );
  });

  it('carries the licences of what is bundled', () => {
    const licences = readFileSync(join(installed, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const name of ['react', 'ink', '@kubernetes/client-node', 'ws', 'yaml'])
      expect(licences).toContain(`\n${name} `);
    expect(statSync(join(installed, 'dist')).isDirectory()).toBe(true);
  });

  it('says its version and finds its own lessons', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect((await run(bin, ['--version'], { env, cwd: folder })).stdout.trim()).toBe(version);
    expect((await run(bin, ['lint'], { env, cwd: folder })).stdout).toContain('18 lessons, no mistakes.');
  });

  it('plays lessons from an empty folder', async () => {
    const { stdout } = await run(bin, ['run', '--to', '2', '--pace', 'instant', '--json'], {
      env,
      cwd: folder,
      timeout: 120_000,
    });
    const passed = stdout.split('\n').filter((line) => line.startsWith('{"event":"solved"'));
    expect(passed).toHaveLength(5);
  }, 120_000);

  it('says one sentence on a Node that is too old', () => {
    const script = `Object.defineProperty(process.versions, 'node', { value: '20.11.0' }); require(${JSON.stringify(join(installed, 'dist/meshwalk.cjs'))});`;
    const { status, stderr, stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', env });
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: 'meshwalk needs Node 22.19 or newer, and this is Node 20.11.0.\n',
    });
  });
});
