import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { SandboxProcess } from '../../sandbox-process.ts';

/** From an empty sandbox to a mesh of one's own, with the commands that a person types, in the program's own process. */
const sandbox = new SandboxProcess();

vi.setConfig({ testTimeout: 240_000 });

beforeAll(() => sandbox.start(), 60_000);
afterAll(() => sandbox.close());

it('makes a cluster without the add-on and installs a mesh into it', async () => {
  await sandbox.az('group create -l southeastasia -n rg -o none');
  await sandbox.az('aks create -g rg -n own --no-ssh-key -o none');
  await sandbox.az('aks get-credentials -g rg -n own');
  const osm = (line: string) => sandbox.run('osm', line.split(' '));
  expect(await osm('mesh list')).toEqual({ code: 0, stdout: 'No osm mesh control planes found\n', stderr: '' });
  expect(await osm('install')).toEqual({
    code: 0,
    stdout: 'OSM installed successfully in namespace [osm-system] with mesh name [osm]\n',
    stderr: '',
  });
  expect((await osm('verify control-plane-health')).stdout).toContain('\nStatus: Success\n');
});

it('finds no room beside the add-on', async () => {
  await sandbox.az('aks create -g rg -n managed --enable-addons open-service-mesh --no-ssh-key -o none');
  await sandbox.az('aks get-credentials -g rg -n managed');
  const { stderr } = await sandbox.run('osm', ['install']);
  expect(stderr).toBe('Error: failed pre-install: job failed: BackoffLimitExceeded\n');
});
