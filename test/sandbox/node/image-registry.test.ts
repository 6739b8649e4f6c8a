import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/platform/clock.ts';
import {
  canonicalImage,
  createImageRegistry,
  imageIdOf,
  parseImage,
} from '../../../src/sandbox/node/image-registry.ts';
import { NodeImages } from '../../../src/sandbox/node/node-images.ts';
import { timingAt } from '../../../src/sandbox/node/timing.ts';
import { program } from '../test-cluster.ts';

describe('image names', () => {
  it.each([
    ['mysql:5.6', 'mysql', '5.6', 'docker.io/library/mysql:5.6'],
    ['docker.io/library/mysql', 'mysql', 'latest', 'docker.io/library/mysql:latest'],
    [
      'openservicemesh/bookstore:v1.2.4',
      'openservicemesh/bookstore',
      'v1.2.4',
      'docker.io/openservicemesh/bookstore:v1.2.4',
    ],
    ['localhost:5000/app', 'localhost:5000/app', 'latest', 'localhost:5000/app:latest'],
    ['mcr.microsoft.com/oss/x:v1', 'mcr.microsoft.com/oss/x', 'v1', 'mcr.microsoft.com/oss/x:v1'],
  ])('%s is repository %s at tag %s', (image, repository, tag, canonical) => {
    expect(parseImage(image)).toEqual({ repository, tag, digest: undefined });
    expect(canonicalImage(image)).toBe(canonical);
  });

  it('keep the digest that they name', () => {
    const digest = `sha256:${'ab'.repeat(32)}`;
    expect(imageIdOf(`openservicemesh/init@${digest}`)).toBe(`docker.io/openservicemesh/init@${digest}`);
  });

  it('are claimed by one program only', () => {
    expect(() => createImageRegistry([program('app'), program('docker.io/library/app')])).toThrow('app');
  });
});

describe('the images of a node', () => {
  const images = () => new NodeImages(createImageRegistry([program('app')]), systemClock, timingAt('instant'));
  const signal = new AbortController().signal;

  it('are pulled once per node, and each time with the policy Always', async () => {
    const node = images();
    const container = { name: 'c', image: 'app:v1' };
    expect(node.withoutPull('one', container)).toBeUndefined();
    expect(await node.pull('one', container, signal)).toMatchObject({ type: 'pulled' });
    expect(node.withoutPull('one', container)).toMatchObject({
      type: 'present',
      message: 'Container image "app:v1" already present on machine',
    });
    expect(node.withoutPull('two', container)).toBeUndefined();
    expect(node.withoutPull('one', { ...container, imagePullPolicy: 'Always' })).toBeUndefined();
  });

  it('fail as a real kubelet fails for the policy Never and for a name that is none', () => {
    expect(images().withoutPull('one', { name: 'c', image: 'app', imagePullPolicy: 'Never' })).toMatchObject({
      reason: 'ErrImageNeverPull',
      message: 'Container image "app" is not present with pull policy of Never',
    });
    expect(images().withoutPull('one', { name: 'c', image: ':v1' })).toMatchObject({ reason: 'InvalidImageName' });
  });
});

describe('the pace', () => {
  it('real doubles the back-off from ten seconds to five minutes, after one restart at once', () => {
    const { crashBackOff } = timingAt('real');
    const said = [1, 2, 3, 4, 5, 6, 7, 8].map((crashes) => crashBackOff(crashes));
    expect(said.map(({ text }) => text)).toEqual(['0s', '10s', '20s', '40s', '1m20s', '2m40s', '5m0s', '5m0s']);
    expect(said[2]?.waitMs).toBe(20_000);
  });

  it('instant keeps pauses in a crash loop and leaves none in a start', () => {
    const timing = timingAt('instant');
    expect([timing.sandboxMs, timing.startMs, timing.pullMs(50_000_000)]).toEqual([0, 0, 0]);
    expect(timing.crashBackOff(2).waitMs).toBe(100);
  });

  it('leaves programs their own rhythm, which learners count, at every pace but instant', () => {
    expect([timingAt('real').restMs(1000), timingAt('brisk').restMs(1000)]).toEqual([1000, 1000]);
    expect(timingAt('instant').restMs(1000)).toBe(20);
  });

  it('brisk keeps the real period of a probe once the container has been ready', () => {
    const { probePeriodMs } = timingAt('brisk');
    expect(probePeriodMs({ periodSeconds: 10 }, false)).toBe(800);
    expect(probePeriodMs({ periodSeconds: 10 }, true)).toBe(10_000);
  });
});
