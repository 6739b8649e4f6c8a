import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubectlVersion } from '../../tools/kubectl.ts';
import { ClusterFixture } from './cluster-fixture.ts';

const manifest = (name: string, replicas: number, level = 'info') => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: default
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: app
          image: openservicemesh/bookstore:v1.2.4
          env: [{ name: LEVEL, value: ${level} }]
`;

/** Ways to change an object with kubectl that ask the server first, or leave it to settle who owns what. */
describe.each<KubectlVersion>(['1.28', '1.36'])('changing objects with kubectl %s', (version) => {
  let cluster: ClusterFixture;
  const run = (line: string, env: Record<string, string> = {}) => cluster.kubectl(version, line, { env });
  const ok = (line: string, env: Record<string, string> = {}) => cluster.ok(version, line, { env });
  const replicas = () => ok('get deploy web -o jsonpath={.spec.replicas}');
  /** An editor that changes the file with sed and keeps what it was shown. */
  const editor = (name: string, script: string) => {
    const path = cluster.file(name, `#!/bin/sh\ncat "$1" >> ${join(cluster.folder, `${name}.seen`)}\n${script}\n`);
    chmodSync(path, 0o755);
    // Copies of what could not be saved go with the folder.
    return { EDITOR: path, TMPDIR: cluster.folder };
  };
  beforeAll(async () => {
    cluster = await ClusterFixture.start();
    cluster.file('one.yaml', manifest('web', 1));
    cluster.file('two.yaml', manifest('web', 2, 'debug'));
    await ok('create -f one.yaml --save-config');
  });
  afterAll(() => cluster.close());

  it('diff says what apply would change, by its exit code too, and changes nothing', async () => {
    expect(await run('diff -f one.yaml')).toEqual({ code: 0, stdout: '', stderr: '' });
    const { code, stdout } = await run('diff -f two.yaml');
    expect(code).toBe(1);
    const changes = stdout.split('\n').filter((line) => /^[-+] /.test(line));
    expect(changes.map((line) => line.replace(/ +/, ' '))).toEqual([
      '- generation: 1',
      '+ generation: 2',
      '- replicas: 1',
      '+ replicas: 2',
      '- value: info',
      '+ value: debug',
    ]);
    expect(await replicas()).toBe('1');
    expect((await run('diff --server-side --force-conflicts -f two.yaml')).code).toBe(1);
  });

  it('a dry run on the server says what it would do and does nothing, whatever the verb', async () => {
    for (const [line, said] of [
      ['apply -f two.yaml', 'deployment.apps/web configured (server dry run)\n'],
      ['create configmap dry --from-literal=a=b', 'configmap/dry created (server dry run)\n'],
      ['label deploy web a=b', 'deployment.apps/web labeled (server dry run)\n'],
      ['scale deploy web --replicas=5', 'deployment.apps/web scaled (server dry run)\n'],
      ['replace -f two.yaml', 'deployment.apps/web replaced (server dry run)\n'],
      ['set image deploy/web app=x', 'deployment.apps/web image updated (server dry run)\n'],
      [
        'apply --server-side --force-conflicts -f two.yaml',
        'deployment.apps/web serverside-applied (server dry run)\n',
      ],
    ] as const)
      expect(await run(`${line} --dry-run=server`), line).toMatchObject({ code: 0, stdout: said });
    const deleted = await run('delete deploy web --dry-run=server');
    expect(deleted.stdout).toMatch(/^deployment\.apps "web" deleted( from default namespace)? \(server dry run\)\n$/);
    expect(await ok('get deploy web -o jsonpath={.metadata.generation}{.metadata.labels}{.metadata.uid}')).toMatch(
      /^1[0-9a-f-]{36}$/,
    );
    expect((await run('get configmap dry')).code).toBe(1);
    // What would be refused is refused.
    cluster.file('bad.yaml', manifest('web', 1).replace('app: web } }\n  template', 'app: other } }\n  template'));
    expect((await run('apply -f bad.yaml --dry-run=server')).stderr).toContain('field is immutable');
  });

  it('server-side apply refuses what somebody else set, and takes it over when forced', async () => {
    cluster.file('plain.yaml', manifest('own', 1));
    await ok('create -f plain.yaml');
    await ok('scale deploy own --replicas=4');
    cluster.file('mine.yaml', manifest('own', 2).replace(/env:.*/, ''));
    const refused = await run('apply --server-side --field-manager=me -f mine.yaml');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      'error: Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas\nPlease review the fields above',
    );
    await ok('apply --server-side --field-manager=me --force-conflicts -f mine.yaml');
    expect(await ok('get deploy own -o jsonpath={.spec.replicas}')).toBe('2');
    // The other one's variable stayed, for it was never mine; a field given up goes.
    expect(await ok('get deploy own -o jsonpath={.spec.template.spec.containers[0].env[0].name}')).toBe('LEVEL');
    cluster.file(
      'annotated.yaml',
      manifest('own', 2).replace('metadata:\n', 'metadata:\n  annotations: { mine: yes-it-is }\n'),
    );
    await ok('apply --server-side --field-manager=me --force-conflicts -f annotated.yaml');
    expect(await ok('get deploy own -o jsonpath={.metadata.annotations.mine}')).toBe('yes-it-is');
    await ok('apply --server-side --field-manager=me --force-conflicts -f mine.yaml');
    expect(await ok('get deploy own -o jsonpath={.metadata.annotations.mine}')).toBe('');
    const managers = await ok('get deploy own --show-managed-fields -o jsonpath={.metadata.managedFields[*].manager}');
    expect(managers.split(' ')).toContain('me');
  });

  it('edit patches what was changed in the editor, opens it again with the refusal, and keeps the text', async () => {
    expect(await run('edit deploy web', editor('nothing', 'true'))).toEqual({
      code: 0,
      stdout: '',
      stderr: 'Edit cancelled, no changes made.\n',
    });
    expect(await ok('edit deploy web', editor('seven', 'sed -i \'s/replicas: 1/replicas: 7/\' "$1"'))).toBe(
      'deployment.apps/web edited\n',
    );
    expect(await replicas()).toBe('7');
    const wrong = await run('edit deploy web', editor('wrong', 'sed -i \'s/  replicas: 7/  replicas: -1/\' "$1"'));
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('error: deployments.apps "web" is invalid\n');
    expect(readFileSync(join(cluster.folder, 'wrong.seen'), 'utf8')).toContain(
      '# * spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    );
    const kept = /A copy of your changes has been stored to "(.+)"/.exec(wrong.stderr)?.[1] ?? '';
    expect(readFileSync(kept, 'utf8')).toContain('replicas: -1');
    expect(await replicas()).toBe('7');
  });

  it('replace puts the whole object there; forced, in the place of the old one', async () => {
    expect(await ok('replace -f two.yaml')).toBe('deployment.apps/web replaced\n');
    expect(await replicas()).toBe('2');
    const uid = () => ok('get deploy web -o jsonpath={.metadata.uid}');
    const before = await uid();
    const said = await ok('replace --force -f one.yaml');
    expect(said).toMatch(
      /^deployment\.apps "web" deleted( from default namespace)?\ndeployment\.apps\/web replaced\n$/,
    );
    expect(await uid()).not.toBe(before);
    cluster.file('gone.yaml', manifest('gone', 1));
    expect((await run('replace -f gone.yaml')).stderr).toBe(
      'Error from server (NotFound): error when replacing "gone.yaml": deployments.apps "gone" not found\n',
    );
  });

  it('explain knows every field with its text, and the tree of a kind', async () => {
    expect(await ok('explain deployment.spec.replicas')).toContain('Number of desired pods.');
    const tree = await ok('explain clusterrole --recursive');
    expect(tree).toMatch(/aggregationRule\t<AggregationRule>\n +clusterRoleSelectors\t<\[\]LabelSelector>/);
    expect((await run('explain deployment.spec.nothing')).stderr).toBe('error: field "nothing" does not exist\n');
  });
});
