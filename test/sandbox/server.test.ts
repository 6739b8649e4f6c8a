import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTimeOf } from '../../src/platform/process-identity.ts';
import { build, serverFile } from '../cli/meshwalk.ts';
import { SandboxProcess } from './sandbox-process.ts';

let sandbox: SandboxProcess;
beforeEach(() => {
  sandbox = new SandboxProcess();
});
afterEach(() => sandbox.close());

const makeGroup = () => sandbox.az('group create -l southeastasia -n rg -o none');
const makeCluster = () => sandbox.az('aks create -g rg -n one --no-ssh-key -o none');

function refuses(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
}

describe('the sandbox process', () => {
  it('says that it is ready, describes itself in private files, and leaves no port behind', async () => {
    expect(await sandbox.start()).toEqual({
      ready: true,
      pid: sandbox.running.pid,
      description: join(sandbox.folder, 'sandbox.json'),
      notices: [],
    });
    for (const file of ['sandbox.json', 'secrets.json', 'azure/meshwalk.json', 'state/azure.json'])
      expect(statSync(join(sandbox.folder, file)).mode & 0o777, file).toBe(0o600);
    expect(readdirSync(join(sandbox.folder, 'bin')).sort()).toEqual(['az', 'kubectl', 'osm']);
    const { azure, control } = sandbox.description();
    await sandbox.end('SIGTERM');
    expect(sandbox.running.exitCode).toBe(0);
    expect(await refuses(azure.endpoint)).toBe(true);
    expect(await refuses(control.url)).toBe(true);
    expect(existsSync(join(sandbox.folder, 'sandbox.json'))).toBe(false);
  });

  it('has everything after kill -9: groups, clusters, their port and their credentials', async () => {
    await sandbox.start();
    await makeGroup();
    expect((await makeCluster()).stderr).toBe('');
    await sandbox.az('aks get-credentials -g rg -n one');
    expect((await sandbox.run('kubectl', ['create', 'namespace', 'kept'], { MESHWALK_KUBECTL: 'ours' })).code).toBe(0);
    await sandbox.end('SIGKILL');

    await sandbox.start();
    const shown = await sandbox.az('aks show -g rg -n one --query provisioningState -o tsv');
    expect(shown.stdout).toBe('Succeeded\n');
    const names = await sandbox.run('kubectl', ['get', 'namespace', 'kept', '-o', 'name'], {
      MESHWALK_KUBECTL: 'ours',
    });
    expect(names).toMatchObject({ code: 0, stdout: 'namespace/kept\n' });
  });

  it('ends when its parent dies, however it dies', async () => {
    build();
    const script = `
      const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, [${JSON.stringify(serverFile)}, '--folder', ${JSON.stringify(sandbox.folder)}], { stdio: ['pipe', 'pipe', 'ignore'] });
      child.stdout.once('data', () => console.log(child.pid));
      setInterval(() => {}, 1000);
    `;
    const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = await once(createInterface({ input: parent.stdout }), 'line');
    const pid = Number(line);
    const startTime = startTimeOf(pid);
    expect(startTime).toBeDefined();
    const { control } = sandbox.description();
    parent.kill('SIGKILL');
    await expect.poll(() => startTimeOf(pid) === startTime, { timeout: 30_000 }).toBe(false);
    expect(await refuses(control.url)).toBe(true);
  });

  it('stays without its parent when told to, until it is stopped through the control server', async () => {
    await sandbox.start(['--stay']);
    sandbox.running.stdin?.end();
    expect((await sandbox.control('GET', '/status')).body).toMatchObject({ pid: sandbox.running.pid, clusters: [] });
    const exited = once(sandbox.running, 'exit');
    expect((await sandbox.control('POST', '/stop')).status).toBe(202);
    expect((await exited)[0]).toBe(0);
  });

  it('lets one process run per folder and names the one that does', async () => {
    await sandbox.start();
    expect(await sandbox.start()).toEqual({
      fault: {
        code: 'sandbox.locked',
        what: `Process ${sandbox.running.pid} runs the sandbox in ${sandbox.folder}.`,
        why: 'One folder holds one sandbox.',
        next: ['Stop it: meshwalk sandbox stop', `Or end the process: kill ${sandbox.running.pid}`],
        // For who tells it in another language.
        facts: [sandbox.folder, sandbox.running.pid],
      },
    });
  });

  it('forgets everything on reset and goes on', async () => {
    await sandbox.start();
    await makeGroup();
    await makeCluster();
    const before = await sandbox.control('GET', '/status');
    expect(before.body).toMatchObject({
      clusters: [{ id: 'rg/one', server: expect.stringContaining('https://127.0.0.1:') }],
    });
    expect((await sandbox.control('POST', '/reset')).body).toMatchObject({ clusters: [], resourceGroups: [] });
    expect((await sandbox.az('group list')).stdout).toBe('[]\n');
    expect(readdirSync(join(sandbox.folder, 'state', 'clusters'))).toEqual([]);
    expect(await refuses(before.body.clusters?.[0]?.server ?? '')).toBe(true);
  });

  it('goes on when something in it failed that nobody waited for, and logs it', async () => {
    // Code from outside that makes such a failure at a signal.
    const bug = "process.on('SIGUSR2', () => void Promise.reject(new Error('stray')))";
    process.env['NODE_OPTIONS'] = `--import=data:text/javascript,${encodeURIComponent(bug)}`;
    try {
      await sandbox.start();
    } finally {
      delete process.env['NODE_OPTIONS'];
    }
    const logged = once(sandbox.running.stderr ?? sandbox.running, 'data');
    sandbox.running.kill('SIGUSR2');
    await Promise.race([logged, once(sandbox.running, 'exit')]);
    expect(sandbox.stderr).toContain('Error: stray');
    expect((await sandbox.control('GET', '/status')).status).toBe(200);
  });

  it('turns away whoever does not know the control token', async () => {
    await sandbox.start();
    expect((await sandbox.control('POST', '/reset', 'guess')).status).toBe(401);
  });

  it.each([
    [['--pace', 'slow'], 'sandbox.arguments', "There is no pace 'slow'."],
    [['--what'], 'sandbox.arguments', expect.stringContaining('--what')],
  ])('refuses %j in words', async (args, code, what) => {
    expect(await sandbox.start(args)).toMatchObject({ fault: { code, what } });
  });

  it('refuses a folder of a newer program and a folder that it cannot write', async () => {
    writeFileSync(join(sandbox.folder, 'format'), '9\n');
    expect(await sandbox.start()).toMatchObject({
      fault: { code: 'sandbox.format', what: `The sandbox in ${sandbox.folder} has format 9.` },
    });
    rmSync(join(sandbox.folder, 'format'));
    writeFileSync(join(sandbox.folder, 'file'), '');
    const inFile = await sandbox.start([], join(sandbox.folder, 'file', 'below'));
    expect(inFile).toMatchObject({
      fault: { code: 'state.folder', why: 'A part of the path is a file, not a folder.' },
    });
  });

  it('ends when it cannot say how it is reached, though its Azure runs already', async () => {
    // A folder where its file belongs.
    mkdirSync(join(sandbox.folder, 'azure', 'meshwalk.json', 'in-the-way'), { recursive: true });
    const { fault } = await sandbox.start();
    expect(fault).toMatchObject({ code: expect.stringMatching(/^(state|sandbox)\./) });
    const { running } = sandbox;
    if (running.exitCode === null) await once(running, 'exit');
    expect(running.exitCode).toBe(1);
  });

  it('sets damaged keys aside and makes new ones', async () => {
    writeFileSync(join(sandbox.folder, 'secrets.json'), '{"authority":');
    const { notices } = await sandbox.start();
    expect(notices).toEqual([expect.stringContaining('could not be read and were set aside')]);
    expect((await sandbox.az('account show')).code).toBe(0);
    const kept = readdirSync(sandbox.folder).find((name) => name.startsWith('secrets.json.corrupt-'));
    expect(readFileSync(join(sandbox.folder, kept ?? ''), 'utf8')).toBe('{"authority":');
    expect(sandbox.stderr).toContain('could not be read and were set aside');
  });

  it('tells of damaged state when it is ready, to whoever joins later, and not after a reset', async () => {
    await sandbox.start();
    await makeGroup();
    await makeCluster();
    await sandbox.end('SIGKILL');
    const journal = join(sandbox.folder, 'state/clusters/_rg/_one/store/journal.jsonl');
    const lines = readFileSync(journal, 'utf8').split('\n');
    lines[lines.length - 10] = 'no record';
    writeFileSync(journal, lines.join('\n'));

    const { ready, notices } = await sandbox.start();
    const told = [
      `1 change of cluster one cannot be read from disk, from line ${lines.length - 9} on. All others are used; the damaged file is ${journal}.corrupt.`,
    ];
    expect({ ready, notices }).toEqual({ ready: true, notices: told });
    expect(readFileSync(`${journal}.corrupt`, 'utf8')).toBe(lines.join('\n'));
    expect((await sandbox.control('GET', '/status')).body.notices).toEqual(told);
    expect((await sandbox.control('POST', '/reset')).body.notices).toEqual([]);
  });

  it('steps aside for a kubectl that the learner has', async () => {
    await sandbox.start();
    const own = join(sandbox.folder, 'learner');
    mkdirSync(own);
    writeFileSync(join(own, 'kubectl'), '#!/bin/sh\necho "the learner\'s: $*"\n');
    chmodSync(join(own, 'kubectl'), 0o755);
    const PATH = `${join(sandbox.folder, 'bin')}:${own}:/usr/bin:/bin`;
    const theirs = await sandbox.run('kubectl', ['get', 'a b'], { PATH });
    expect(theirs.stdout).toBe("the learner's: get a b\n");
    const ours = await sandbox.run('kubectl', ['config', 'current-context'], { PATH, MESHWALK_KUBECTL: 'ours' });
    expect(ours.stderr).toContain('current-context is not set');
  });
});
