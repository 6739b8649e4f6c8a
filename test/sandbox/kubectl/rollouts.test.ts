import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubectlVersion } from '../../tools/kubectl.ts';
import { ExecCluster } from '../exec/exec-cluster.ts';

/** Rollouts that go well, get stuck, are undone and paused, in the words of real kubectl in front of real kubelets of ours. */
let cluster: ExecCluster;
beforeAll(async () => {
  cluster = await ExecCluster.start();
});
afterAll(() => cluster.close());

const versions: readonly KubectlVersion[] = ['1.32', '1.36'];

const manifest = (name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas: 2,
    progressDeadlineSeconds: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'web', image: 'kennethreitz/httpbin', ports: [{ containerPort: 80 }] }],
      },
    },
  },
});

describe.each(versions)('kubectl %s rollout', (version) => {
  const name = `web-${version.replace('.', '-')}`;
  const run = (line: string) => cluster.run(version, line.split(' '));
  const ok = async (line: string) => {
    const { code, stdout, stderr } = await run(line);
    if (code !== 0) throw new Error(`kubectl ${line} exited with ${code}: ${stdout}${stderr}`);
    return stdout;
  };
  const succeeded = `deployment "${name}" successfully rolled out\n`;

  it('status waits for a rollout, and tells one that is past its deadline', async () => {
    writeFileSync(join(cluster.folder, `${name}.json`), JSON.stringify(manifest(name)));
    await ok(`create -f ${name}.json`);
    expect(await ok(`rollout status deploy/${name} --timeout=60s`)).toContain(succeeded);
    await ok(`set image deploy/${name} web=nowhere:v9`);
    const stuck = await run(`rollout status deploy/${name} --timeout=60s`);
    expect(stuck.code).toBe(1);
    expect(stuck.stdout).toMatch(
      new RegExp(
        `^(Waiting for deployment "${name}" rollout to finish: 1 out of 2 new replicas have been updated...\n)*$`,
      ),
    );
    expect(stuck.stderr).toBe(`error: deployment "${name}" exceeded its progress deadline\n`);
    const rows = (await ok(`get pods -l app=${name} --no-headers`)).trim().split('\n');
    const states = rows.map((row) => row.split(/ +/).slice(1, 4).join(' ')).sort();
    expect(states).toEqual([
      expect.stringMatching(/^0\/1 (ErrImagePull|ImagePullBackOff) 0$/),
      '1/1 Running 0',
      '1/1 Running 0',
    ]);
    expect(await ok(`describe deploy ${name}`)).toMatch(/Progressing +False +ProgressDeadlineExceeded/);
  });

  it('undo goes back under a new number, and history tells which there are', async () => {
    expect(await ok(`rollout undo deploy/${name}`)).toBe(`deployment.apps/${name} rolled back\n`);
    expect(await ok(`rollout status deploy/${name} --timeout=60s`)).toContain(succeeded);
    const history = await ok(`rollout history deploy/${name}`);
    expect(history.match(/^\d+/gm)).toEqual(['2', '3']);
    expect(await ok(`rollout history deploy/${name} --revision=2`)).toContain('nowhere:v9');
    expect(await run(`rollout undo deploy/${name} --to-revision=9`)).toMatchObject({
      code: 1,
      stderr: 'error: unable to find specified revision 9 in history\n',
    });
    expect(await ok(`rollout undo deploy/${name} --to-revision=3`)).toBe(
      `deployment.apps/${name} skipped rollback (current template already matches revision 3)\n`,
    );
  });

  it('pause holds changes back, and says what can not be done meanwhile, until resume', async () => {
    expect(await ok(`rollout pause deploy/${name}`)).toBe(`deployment.apps/${name} paused\n`);
    await ok(`set image deploy/${name} web=kennethreitz/httpbin:v2`);
    const waiting = cluster.start(version, ['rollout', 'status', `deploy/${name}`, '--timeout=60s']);
    const left = (what: string) => `Waiting for deployment "${name}" rollout to finish: ${what}...\n`;
    await waiting.until(new RegExp(left('0 out of 2 new replicas have been updated')));
    for (const [line, refusal] of [
      [`rollout pause deploy/${name}`, `error: deployments.apps "${name}" is already paused\n`],
      [
        `rollout restart deploy/${name}`,
        `error: deployments.apps "${name}" can't restart paused deployment (run rollout resume first)\n`,
      ],
      [
        `rollout undo deploy/${name}`,
        "error: you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again\n",
      ],
    ] as const) {
      expect(await run(line)).toMatchObject({ code: 1, stderr: refusal });
    }
    expect(await ok(`rollout resume deploy/${name}`)).toBe(`deployment.apps/${name} resumed\n`);
    const { stdout } = await waiting.ended;
    const told = [...new Set(stdout.split(/(?<=\n)/))];
    expect(told).toContain(left('1 out of 2 new replicas have been updated'));
    expect(told).toContain(left('1 old replicas are pending termination'));
    expect(told.at(-1)).toBe(succeeded);
  });

  it('restart replaces all pods, one after the other, in the recorded order of states', async () => {
    const watching = cluster.start(version, `get pods -l app=${name} --no-headers -w`.split(' '));
    await watching.until(/(\n.*){2}/);
    expect(await ok(`rollout restart deploy/${name}`)).toBe(`deployment.apps/${name} restarted\n`);
    expect(await ok(`rollout status deploy/${name} --timeout=60s`)).toContain(succeeded);
    await watching.until(/(Completed(.|\n)*){4}/);
    watching.kill();
    const { stdout } = await watching.ended;
    const rows = stdout
      .trim()
      .split('\n')
      .map((row) => row.split(/ +/));
    const statesOf = (pod: string) =>
      rows.filter(([first]) => first === pod).map(([, ready, state]) => `${ready} ${state}`);
    const [old = ''] = rows[0] ?? [];
    const fresh = rows
      .map(([first = '']) => first)
      .find((first) => !rows.slice(0, 2).some(([known]) => known === first));
    expect(statesOf(fresh ?? '')).toEqual(['0/1 Pending', '0/1 Pending', '0/1 ContainerCreating', '1/1 Running']);
    expect(statesOf(old)).toEqual(['1/1 Running', '1/1 Terminating', '0/1 Completed', '0/1 Completed']);
  });
});
