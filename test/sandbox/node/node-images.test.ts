import { describe, expect, it } from 'vitest';
import { deployments, nodes } from '../../../src/kube/resources.ts';
import { SteppedClock } from '../../../src/platform/clock.ts';
import { registerNodes } from '../../../src/sandbox/node/azure-nodes.ts';
import { createImageRegistry } from '../../../src/sandbox/node/image-registry.ts';
import { NodeImages } from '../../../src/sandbox/node/node-images.ts';
import { timingAt } from '../../../src/sandbox/node/timing.ts';
import { deployment, podsOf, program, spec, startTestCluster } from '../test-cluster.ts';

const container = { name: 'app', image: 'app:v1' };
const never = new AbortController().signal;

function parts() {
  const clock = new SteppedClock(0);
  const timing = timingAt('real');
  const images = new NodeImages(createImageRegistry([program('app')]), clock, timing);
  return { clock, images, wholeMs: timing.pullMs(program('app').sizeBytes), manifestMs: timing.pullMs(0) };
}

describe('the images of a node', () => {
  it('are pulled once for two pods: the second waits for what is left of the first pull', async () => {
    const { clock, images, wholeMs } = parts();
    const first = images.pull('node', container, never);
    await clock.step(wholeMs - 100);
    const second = images.pull('node', container, never);
    await clock.step(100);
    expect(await first).toMatchObject({ type: 'pulled', message: expect.stringContaining(`in ${wholeMs / 1000}s`) });
    expect(await second).toMatchObject({ type: 'pulled', message: expect.stringContaining('in 100ms') });
  });

  it('are pulled on each node by themselves', async () => {
    const { clock, images, wholeMs } = parts();
    const here = images.pull('here', container, never);
    await clock.step(wholeMs);
    await here;
    expect(images.withoutPull('here', container)).toMatchObject({ type: 'present' });
    expect(images.withoutPull('there', container)).toBeUndefined();
  });

  it('with policy Always cost only a look at the registry when they are there', async () => {
    const { clock, images, manifestMs } = parts();
    images.remember('node', 'docker.io/library/app:v1');
    const again = images.pull('node', { ...container, imagePullPolicy: 'Always' }, never);
    await clock.step(manifestMs);
    expect(await again).toMatchObject({ message: expect.stringContaining(`in ${manifestMs}ms`) });
  });

  it('are listed in the status of their node within ten seconds, and known there after a restart', async () => {
    const clock = new SteppedClock();
    const test = await startTestCluster({ clock });
    try {
      await test.cluster.create(deployments, deployment('web', 1));
      await clock.step(11_000);
      const [pod] = podsOf(test, 'web');
      const nodeName = pod?.spec.nodeName ?? '';
      const images = () => test.cluster.get(nodes, nodeName)?.status?.images;
      const listed = [
        {
          names: [expect.stringMatching(/^docker\.io\/library\/app@sha256:[0-9a-f]{64}$/), 'docker.io/library/app:v1'],
          sizeBytes: program('app').sizeBytes,
        },
      ];
      expect(images()).toEqual(listed);
      await registerNodes(test.cluster, spec, clock.now());
      expect(images()).toEqual(listed);
      expect(test.errors).toEqual([]);
    } finally {
      await test.close();
    }
  });
});
