import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { asciiTable } from '../../../../src/sandbox/bin/osm/support/ascii-table.ts';
import { archive } from '../../../../src/sandbox/bin/osm/support/tar.ts';
import { ProgramsOnCluster } from '../../kubectl/side-by-side.ts';

/** `osm support` and `osm dashboard`: what helps when something is wrong. */
let programs: ProgramsOnCluster;
const osm = (line: string, env: Record<string, string> = {}) => programs.run('osm', line, env);
const refused = (message: string, stdout = '') => ({ code: 1, stdout, stderr: `Error: ${message}\n` });

vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  programs = await ProgramsOnCluster.start(['osm', 'kubectl']);
}, 120_000);
afterAll(() => programs.close());

describe('a table with ruled rows', () => {
  it('breaks text again at the width of its longest line, evenly', () => {
    expect(asciiTable(['Code', 'Text'], [['E1', 'one two three\nfour five\nsix']])).toBe(
      [
        '+------+---------------+',
        '| CODE |     TEXT      |',
        '+------+---------------+',
        '| E1   | one two three |',
        '|      | four five six |',
        '+------+---------------+',
        '',
      ].join('\n'),
    );
  });
});

describe('osm support error-info', () => {
  it('tells one code', async () => {
    expect(await osm('support error-info E1001')).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        '+------------+---------------------------------------------------------+',
        '| ERROR CODE |                       DESCRIPTION                       |',
        '+------------+---------------------------------------------------------+',
        '| E1001      |  The specified log level could not be set in the        |',
        '|            | system.                                                 |',
        '+------------+---------------------------------------------------------+',
        '',
      ].join('\n'),
    });
  });

  it('lists them all, sorted, in one table', async () => {
    const { stdout } = await osm('support error-info');
    const codes = [...stdout.matchAll(/^\| (E\d{4}) /gm)].map(([, code]) => code);
    expect(codes).toHaveLength(96);
    expect(codes).toEqual([...codes].sort());
    const lines = stdout.trimEnd().split('\n');
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(lines[3]).toMatch(/^\| E1000 {6}\| An invalid command line argument was passed to the application\. +\|$/);
  });

  it('refuses what is no code, and codes that OSM does not have', async () => {
    expect(await osm('support error-info Foo')).toEqual(
      refused("error code 'Foo' is not a valid error code format, should be of the form Exxxx, ex. E1000"),
    );
    expect(await osm('support error-info E10000')).toEqual(
      refused("error code 'E10000' is not a valid error code recognized by OSM"),
    );
    expect(await osm('support error-info E1 E2')).toEqual(refused('accepts at most 1 arg(s), received 2'));
  });
});

describe('osm support bug-report', () => {
  /** osm and kubectl as the sandbox puts them on PATH. */
  const bin = () => {
    const folder = join(programs.folder, 'path');
    mkdirSync(folder, { recursive: true });
    for (const name of ['osm', 'kubectl']) {
      const file = join(folder, name);
      writeFileSync(
        file,
        `#!/bin/sh\nexec '${process.execPath}' '${join(programs.folder, 'bin', `${name}.mjs`)}' "$@"\n`,
      );
      chmodSync(file, 0o755);
    }
    return { PATH: `${folder}:${process.env['PATH']}`, TMPDIR: programs.folder };
  };

  it('collects what kubectl and osm say into an archive that tar reads, and leaves nothing else', async () => {
    await programs.cluster.idle();
    const { code, stdout } = await osm(
      'support bug-report --osm-namespace kube-system --app-namespaces default -o report.tar.gz',
      bin(),
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\[\+\] Created staging dir \S+ to generate bug report\n\n\n\[\+\] Collecting information/);
    expect(stdout).toContain('\u2713 Collected report from Namespace "default"\n');
    expect(stdout).toMatch(/\u2713 Bug report successfully archived to report\.tar\.gz\n\n\n$/);
    const list = execFileSync('tar', ['-tzf', join(programs.folder, 'report.tar.gz')], { encoding: 'utf8' });
    const inside = list.replaceAll(/^osm_bug_report_[^/]+\//gm, '').split('\n');
    expect(inside).toContain('namespaces/commands/osm_namespace_list');
    expect(inside).toContain('namespaces/default/commands/kubectl_get_svc_-n_default');
    expect(inside).toContain('namespaces/kube-system/commands/kubectl_get_meshconfig_-n_kube-system_-o_yaml');
    expect(inside.filter((path) => /\/pods\/osm-controller-[^/]+\/commands\/kubectl_logs_/.test(path))).toHaveLength(2);
    expect(readdirSync(programs.folder).filter((name) => name.startsWith('osm_bug_report_'))).toEqual([]);
  });

  it('needs both programs, and writes no other format', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'meshwalk-empty-'));
    expect(await osm('support bug-report', { PATH: empty })).toEqual(refused('Prerequisite not met: osm not found'));
    rmSync(empty, { recursive: true });
    const { stderr, code } = await osm('support bug-report -o report.rar', bin());
    expect(code).toBe(1);
    expect(stderr).toContain(
      'Error: Error creating bug report: Error generating bug report: format unrecognized by filename: report.rar\n',
    );
  });

  it('splits long names as ustar wants it', () => {
    const path = `${'a'.repeat(90)}/${'b'.repeat(90)}`;
    const bytes = archive('x.tar', [{ path, content: Buffer.from('hello'), modifiedMs: 0 }]);
    const file = join(programs.folder, 'long.tar');
    writeFileSync(file, bytes ?? '');
    expect(execFileSync('tar', ['-tf', file], { encoding: 'utf8' })).toBe(`${path}\n`);
    expect(execFileSync('tar', ['-xOf', file], { encoding: 'utf8' })).toBe('hello');
  });
});

describe('osm dashboard', () => {
  const note =
    '\n\nNote: The command failed when run in the OSM namespace [kube-system].\nUse the global flag --osm-namespace if [kube-system] is not the intended OSM namespace.';

  it('says that there is no Grafana', async () => {
    expect(await osm('dashboard --osm-namespace kube-system')).toEqual(
      refused(
        `Failed to get OSM Grafana service data: services "osm-grafana" not found${note}`,
        '[+] Starting Dashboard forwarding\n',
      ),
    );
  });
});
