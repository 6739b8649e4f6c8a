import type { KubeletParts } from './kubelet-parts.ts';
import type { ImageReady } from './node-images.ts';
import type { ContainerRecord } from './pod-status.ts';
import type { ImageProgram } from './program.ts';

export interface ImageWait {
  record: ContainerRecord;
  nodeName: string;
  /** Aborts when the pod is to end. */
  signal: AbortSignal;
  note(reason: string, message: string): void;
  warn(reason: string, message: string): void;
  /** Shows why the container waits. */
  wait(waiting: { reason: string; message: string }): Promise<void>;
  /** False when the container wants another image by now. */
  pause(ms: number): Promise<boolean>;
}

type Parts = Pick<KubeletParts, 'clock' | 'images' | 'random' | 'timing'>;

/**
 * A container's way to its image: pulled, or tried again after pauses that grow for as long as it is the same image. It says
 * what a kubelet says meanwhile. Kubernetes: pkg/kubelet/images/image_manager.go.
 */
export async function obtainImage(parts: Parts, of: ImageWait): Promise<ImageProgram> {
  for (let failures = 1; ; failures++) {
    const { spec } = of.record;
    const ready = await fetchOnce(parts, of);
    if (of.record.spec !== spec) {
      failures = 0;
      continue;
    }
    if (ready.type !== 'failed') {
      of.note('Pulled', ready.message);
      of.record.imageId = ready.imageId;
      return ready.program;
    }
    of.warn(eventReason[ready.reason], ready.reason === 'ErrImagePull' ? failedPull(of, ready.message) : ready.message);
    of.warn('Failed', `Error: ${ready.reason}`);
    await of.wait({ reason: ready.reason, message: ready.message });
    // Nothing is pulled where the name is wrong or pulling is forbidden: there is nothing to pause for but the next look.
    const isSame = await (ready.reason === 'ErrImagePull'
      ? backOff(parts, of, failures, ready.message)
      : of.pause(parts.timing.syncMs(parts.random)));
    if (!isSame) failures = 0;
  }
}

type Failure = Extract<ImageReady, { type: 'failed' }>['reason'];

const eventReason: Record<Failure, string> = {
  ErrImagePull: 'Failed',
  ErrImageNeverPull: 'ErrImageNeverPull',
  InvalidImageName: 'InspectFailed',
};

const failedPull = ({ record }: ImageWait, why: string) => `Failed to pull image "${record.spec.image}": ${why}`;

async function fetchOnce({ images }: Parts, of: ImageWait): Promise<ImageReady> {
  const { spec } = of.record;
  const present = images.withoutPull(of.nodeName, spec);
  if (present) return present;
  of.note('Pulling', `Pulling image "${spec.image}"`);
  const pulled = await images.pull(of.nodeName, spec, of.signal);
  of.signal.throwIfAborted();
  return pulled;
}

/** A kubelet looks at the pod soon after a failed pull, then every ten to fifteen seconds, and each time says that it pauses. */
async function backOff(parts: Parts, of: ImageWait, failures: number, why: string): Promise<boolean> {
  const { clock, random, timing } = parts;
  const image = of.record.spec.image ?? '';
  const { waitMs } = timing.pullBackOff(failures);
  const until = clock.now() + waitMs;
  if (!(await of.pause(Math.min(waitMs, 1000) / 2))) return false;
  for (let left = until - clock.now(); left > 0; left = until - clock.now()) {
    of.note('BackOff', `Back-off pulling image "${image}"`);
    of.warn('Failed', 'Error: ImagePullBackOff');
    const message = `Back-off pulling image "${image}": ErrImagePull: ${why}`;
    await of.wait({ reason: 'ImagePullBackOff', message });
    if (!(await of.pause(Math.min(left, timing.syncMs(random))))) return false;
  }
  return true;
}
