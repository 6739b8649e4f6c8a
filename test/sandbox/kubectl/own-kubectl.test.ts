import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployments, pods } from '../../../src/kube/resources.ts';
import { type Answer, accepted, linesOf, normalised, ProgramsOnCluster } from './side-by-side.ts';

/** Our own kubectl and the real 1.36 play the same lines against one cluster that runs the bookstore. */
let programs: ProgramsOnCluster;
const manifests = join(import.meta.dirname, '../../../manifests/apps');
const ok = async (line: string) => {
  const answer = await programs.run('kubectl', line);
  expect(answer, line).toMatchObject({ code: 0 });
  return answer.stdout;
};

beforeAll(async () => {
  programs = await ProgramsOnCluster.start(['kubectl']);
  for (const name of ['bookbuyer', 'bookthief', 'bookstore', 'bookwarehouse']) {
    await ok(`create namespace ${name}`);
    await ok(`label namespace ${name} openservicemesh.io/monitored-by=osm`);
    await ok(`annotate namespace ${name} openservicemesh.io/sidecar-injection=enabled`);
  }
  await ok(`apply -f ${manifests}`);
  for (const name of ['bookbuyer', 'bookthief', 'bookstore', 'bookwarehouse'])
    await ok(`wait --for=condition=Available deploy --all -n ${name} --timeout=60s`);
  await ok('rollout status sts/mysql -n bookwarehouse --timeout=60s');
}, 120_000);
afterAll(() => programs.close());

const shown = ({ code, stdout, stderr }: Answer, namespace?: string) =>
  `exit ${code}\n${normalised(stdout, namespace)}--- stderr\n${normalised(stderr, namespace)}`;

/** Fails for a difference that is not accepted, and for an accepted one that is gone. */
function compare(line: string, ours: string, real: string): void {
  if (accepted.has(line)) expect(ours, `${line}: accepted as different, but equal`).not.toBe(real);
  else expect(ours, line).toBe(real);
}

describe('our own kubectl', () => {
  it('reads as kubectl 1.36 does, to the byte of stdout, stderr and exit code', async () => {
    const left = linesOf('reads.txt');
    const play = async () => {
      for (let line = left.shift(); line !== undefined; line = left.shift()) {
        const [ours, real] = await Promise.all([programs.run('kubectl', line), programs.run('1.36', line)]);
        compare(line, shown(ours), shown(real));
      }
    };
    await Promise.all([play(), play()]);
  }, 900_000);

  it('changes a cluster as kubectl 1.36 does, and says the same about it', async () => {
    const lines = linesOf('changes.txt');
    const play = async (program: string, namespace: string): Promise<string[]> => {
      const env = { KUBECONFIG: programs.writeKubeconfig(`kubeconfig-${namespace}`) };
      const answers: string[] = [];
      for (const line of lines) {
        const answer = await programs.run(program, line.replaceAll('NS', namespace), env);
        answers.push(shown(answer, namespace));
        // The next line must find what this one set going.
        await programs.cluster.idle();
      }
      return answers;
    };
    const real = await play('1.36', 'played-by-real');
    const ours = await play('kubectl', 'played-by-ours');
    lines.forEach((line, index) => {
      compare(line, ours[index] ?? '', real[index] ?? '');
    });
  }, 900_000);

  it('names only lines that are played among the accepted differences', () => {
    const played = new Set([...linesOf('reads.txt'), ...linesOf('changes.txt')]);
    expect([...accepted.keys()].filter((line) => !played.has(line))).toEqual([]);
  });

  it('writes nothing in a dry run', async () => {
    const before = programs.cluster.api.get(deployments, 'bookstore', 'bookstore')?.metadata.resourceVersion;
    await ok('delete deploy bookstore -n bookstore --dry-run=client');
    await ok('scale deploy bookstore -n bookstore --replicas=7 --dry-run=client');
    await ok(`apply -f ${manifests} --dry-run=client`);
    await ok('create ns dry --dry-run=client');
    expect(programs.cluster.api.get(deployments, 'bookstore', 'bookstore')?.metadata.resourceVersion).toBe(before);
    expect((await programs.run('kubectl', 'get ns dry')).code).toBe(1);
  });

  it('watches until it is stopped, new lines below the table', async () => {
    const child = programs.start('kubectl', 'get ns -w -l watched=yes');
    let stdout = '';
    const has = (text: string) =>
      new Promise<void>((resolve) => {
        const look = () => stdout.includes(text) && resolve();
        child.stdout.on('data', look);
        look();
      });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    await ok('create ns watched-a');
    await ok('label ns watched-a watched=yes');
    await has('watched-a');
    await ok('delete ns watched-a');
    await has('Terminating');
    const ended = new Promise((resolve) => child.on('close', resolve));
    child.kill('SIGINT');
    await ended;
    expect(stdout).toMatch(/^NAME +STATUS +AGE\nwatched-a +Active +\S+\n/);
  });

  it('forwards a port both ways and follows a log until it is stopped', async () => {
    const child = programs.start('kubectl', 'port-forward deploy/bookbuyer -n bookbuyer :14001');
    const line = await new Promise<string>((resolve) =>
      child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text)),
    );
    const port = Number(/^Forwarding from 127\.0\.0\.1:(\d+) -> 14001\n/.exec(line)?.[1]);
    const page = await fetch(`http://127.0.0.1:${port}/`);
    expect(await page.text()).toContain('Bookbuyer');
    const [handled] = await Promise.all([
      new Promise<string>((resolve) => child.stdout.once('data', resolve)),
      fetch(`http://127.0.0.1:${port}/raw`, { headers: { connection: 'close' } }).then((answer) => answer.text()),
    ]);
    expect(handled).toContain(`Handling connection for ${port}`);
    const ended = new Promise((resolve) => child.on('close', resolve));
    child.kill('SIGTERM');
    await ended;

    const log = programs.start('kubectl', 'logs -f deploy/bookbuyer -n bookbuyer -c bookbuyer --tail=1');
    await new Promise((resolve) => log.stdout.once('data', resolve));
    const gone = new Promise((resolve) => log.on('close', resolve));
    log.kill('SIGINT');
    await gone;
    expect(programs.cluster.api.list(pods, { namespace: 'bookbuyer' }).length).toBe(1);
  });

  it('says how to reach a server that is not there, and keeps to kubectl without a kubeconfig', async () => {
    for (const program of ['kubectl', '1.36'] as const) {
      const answer = await programs.run(program, 'get pods', { KUBECONFIG: join(programs.folder, 'none') });
      expect(normalised(answer.stderr)).toBe(
        'The connection to the server localhost:8080 was refused - did you specify the right host or port?\n',
      );
      expect(answer.code).toBe(1);
    }
    expect(readFileSync(join(programs.folder, 'kubeconfig'), 'utf8')).toContain('"current-context":"demo"');
  });
});
