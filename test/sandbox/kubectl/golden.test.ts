import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KubectlVersion, realKubectl } from '../../tools/kubectl.ts';
import { ClusterFixture } from './cluster-fixture.ts';
import { customResources } from './golden-manifests.ts';
import { app } from './manifests.ts';

/**
 * What kubectl said in front of a real API server 1.36 (test/golden, recorded), held against what the same kubectl says in
 * front of ours. Differences that are right have a line with their reason in test/golden/differences.txt.
 */
const folder = join(import.meta.dirname, '../../golden');

interface Recorded {
  line: string;
  text: string;
}

function recorded(version: string): Recorded[] {
  const text = readFileSync(join(folder, `kubectl-${version}.txt`), 'utf8');
  return text
    .split(/^\$ kubectl /m)
    .slice(1)
    .map((block) => {
      const end = block.indexOf('\n');
      return { line: block.slice(0, end), text: block.slice(end + 1).trim() };
    });
}

/** `line => reason`. */
const differences = readFileSync(join(folder, 'differences.txt'), 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((entry) => entry.split(' => '))
  .map(([line = '', reason = '']) => ({ line, reason }));

/** Ages, ids, names with hashes, addresses, and the widths and cuts that follow from them. */
const normalised = (text: string) =>
  text
    .replaceAll(/bookstore-[0-9a-f]{8,10}(-[a-z0-9]{5})?/g, (_, pod) => (pod ? 'POD' : 'RS'))
    .replaceAll(/kube-api-access-\w{5}/g, 'kube-api-access-ID')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, 'UID')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/\w{3}, \d\d \w{3} \d{4} [\d:]+/g, 'DATE')
    .replaceAll(/hash=[0-9a-f]+/g, 'hash=H')
    .replaceAll(/\b10\.(96|0)\.\d+\.\d+/g, 'CLUSTER-IP')
    .replaceAll(/\b(\d+[dhm])?\d+[smd]\b/g, 'AGE')
    .replaceAll(/Resource Version: +\d+/g, 'Resource Version: RV')
    .replaceAll(/-{3,}/g, '---')
    .replaceAll(/(\S) {2,}(?=\S)/g, '$1  ')
    .replaceAll(/^[EIW]\d{4} \d\d:.*\n/gm, '')
    // What the recorded node made up, and where it was; the recorded pages end somewhere in their events.
    .replaceAll(/\b10\.244\.\d+\.\d+/g, 'POD-IP')
    .replaceAll(/containerd:\/\/\S+|@sha256:a+|(?<=sandbox-1\/)[\d.]+/g, '')
    .replace(/\nEvents:\n[\s\S]*$/, '\nEvents:')
    // The recorded admission mounted a config map of OpenShift beside Kubernetes' own.
    .replace(/ +ConfigMapName: +openshift-service-ca\.crt\n +ConfigMapOptional: +<nil>\n/, '')
    // Hashes of pod templates differ, and with them the order by name.
    .replace(/(^replicaset\.apps\/RS .*\n?)+/gm, (rows) => rows.trimEnd().split('\n').sort().join('\n'));

for (const version of ['1.28', '1.32'] as const) {
  describe(`kubectl ${version}, as recorded in front of a real API server`, () => {
    let cluster: ClusterFixture;
    beforeAll(async () => {
      cluster = await ClusterFixture.start();
      await customResources(cluster.api.cluster);
      cluster.file('app.yaml', app());
      cluster.file('app2.yaml', app({ replicas: 2, identity: 'bookstore-v2' }));
      cluster.file('bad-immutable.yaml', app({ label: 'other' }));
      for (const [name, from] of [
        ['crs.yaml', 'crs'],
        ['crs2.yaml', 'crs2'],
        ['bad-ns.yaml', 'bad-ns'],
        ['bad-field.yaml', 'bad-field'],
        ['bad-invalid.yaml', 'bad-invalid'],
      ] as const)
        cluster.file(name, readFileSync(join(folder, 'manifests', `${from}.yaml`), 'utf8'));
    });
    afterAll(() => cluster.close());

    it('says the same, or differs for a reason that is written down', async () => {
      const found: string[] = [];
      for (const { line, text } of recorded(version)) {
        const answer = await play(cluster, version, line);
        await cluster.controllers.idle();
        if (normalised(answer) !== normalised(text)) found.push(line.replace(/bookstore-\w+-\w{5}/, 'POD'));
        const isAccepted = differences.some((entry) => entry.line === found.at(-1));
        if (normalised(answer) !== normalised(text) && !isAccepted) {
          expect(normalised(answer), line).toBe(normalised(text));
        }
      }
      expect(differences.filter(({ line }) => !found.includes(line))).toEqual([]);
      expect(differences.filter(({ reason }) => reason.length < 20)).toEqual([]);
    }, 120_000);
  });
}

/** stdout and stderr go to one file, in the order in which they were written, as they were recorded. */
async function play(cluster: ClusterFixture, version: KubectlVersion, line: string): Promise<string> {
  const [pod] = (await cluster.ok(version, 'get pods -n shop -o name --ignore-not-found')).split('\n');
  const words = line.replaceAll(/(?<=pod )bookstore-\w+-\w{5}|(?<=pods? )bookstore-\w+-\w{5}/g, pod?.slice(4) ?? '');
  const path = cluster.file('answer', '');
  const file = openSync(path, 'a');
  const child = spawn(realKubectl(version), wordsOf(words), {
    cwd: cluster.folder,
    stdio: ['ignore', file, file],
    env: { PATH: process.env['PATH'], HOME: cluster.folder, KUBECONFIG: cluster.kubeconfig(), TZ: 'UTC' },
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  closeSync(file);
  return `# exit ${code}\n${readFileSync(path, 'utf8').trim()}`;
}

/** Patches are recorded without the quotes of the shell; they have no blanks. */
const wordsOf = (line: string): string[] => line.split(' ').filter(Boolean);
