import { afterAll, beforeAll, expect, it } from 'vitest';
import { ProgramsOnCluster } from './side-by-side.ts';

let programs: ProgramsOnCluster;
beforeAll(async () => {
  programs = await ProgramsOnCluster.start([]);
  await programs.cluster.idle();
});
afterAll(() => programs.close());

/** At pace instant the first numbers are there after a second or two; until then kubectl says that there are none. */
async function whenMeasured(line: string): Promise<string> {
  for (;;) {
    const { code, stdout, stderr } = await programs.run('1.32', line);
    if (code === 0 && stdout !== '') return stdout;
    if (!/not available yet|No resources found/.test(stderr)) throw new Error(stderr);
  }
}

it('kubectl top shows what pods, their containers and nodes use', async () => {
  const pods = await whenMeasured('top pods -n kube-system');
  expect(pods).toMatch(/^NAME +CPU\(cores\) +MEMORY\(bytes\) *\n/);
  expect(pods).toMatch(/^osm-controller-\S+ +\d+m +\d+Mi *$/m);
  const containers = await whenMeasured('top pods -n kube-system --containers');
  expect(containers).toMatch(/^osm-controller-\S+ +osm-controller +\d+m +\d+Mi *$/m);
  const nodes = await whenMeasured('top nodes');
  expect(nodes).toMatch(/^NAME +CPU\(cores\) +CPU\(?%\)? +MEMORY\(bytes\) +MEMORY\(?%\)? *\n/);
  expect(nodes.trim().split('\n')).toHaveLength(4);
});

it('the group is in discovery, and knows a pod that is not there', async () => {
  const kinds = await programs.run('1.32', 'api-resources --api-group=metrics.k8s.io --no-headers');
  expect(
    kinds.stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/ +/)),
  ).toEqual([
    ['nodes', 'metrics.k8s.io/v1beta1', 'false', 'NodeMetrics'],
    ['pods', 'metrics.k8s.io/v1beta1', 'true', 'PodMetrics'],
  ]);
  const missing = await programs.run('1.32', 'get --raw /apis/metrics.k8s.io/v1beta1/namespaces/default/pods/nope');
  expect(missing.stderr).toContain('pods.metrics.k8s.io "nope" not found');
});
