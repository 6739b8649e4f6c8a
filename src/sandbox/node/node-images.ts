import type { Container } from '../../kube/objects.ts';
import type { Clock } from '../../platform/clock.ts';
import { sleep } from '../../platform/clock.ts';
import { canonicalImage, type ImageRegistry, imageIdOf } from './image-registry.ts';
import type { ImageProgram } from './program.ts';
import type { KubeletTiming } from './timing.ts';

export type ImageReady =
  | { type: 'pulled'; program: ImageProgram; imageId: string; message: string }
  | { type: 'present'; program: ImageProgram; imageId: string; message: string }
  | { type: 'failed'; reason: 'ErrImagePull' | 'ErrImageNeverPull' | 'InvalidImageName'; message: string };

export interface NodeImage {
  names: string[];
  sizeBytes: number;
}

/** Kubernetes: kubelet --node-status-max-images=50. */
const mostListed = 50;

/** The images on each node. It pulls from the registry of the sandbox; it does not know who waits for an image. */
export class NodeImages {
  readonly #registry: ImageRegistry;
  readonly #clock: Clock;
  readonly #timing: KubeletTiming;
  readonly #present = new Map<string, Set<string>>();
  /** When a pull that is under way ends, by node and image: whoever wants the same image meanwhile waits for it. */
  readonly #arrivals = new Map<string, number>();

  /** Called when a node has an image more. */
  onChange: (nodeName: string) => void = () => {};

  constructor(registry: ImageRegistry, clock: Clock, timing: KubeletTiming) {
    this.#registry = registry;
    this.#clock = clock;
    this.#timing = timing;
  }

  /** An image that was pulled before this process started: images outlive a reboot of their node. */
  remember(nodeName: string, image: string): void {
    this.#imagesOf(nodeName).add(canonicalImage(image));
  }

  /** As status.images of the node tells them, the largest first. */
  listOf(nodeName: string): NodeImage[] {
    const images = [...this.#imagesOf(nodeName)].map((name) => ({
      names: [imageIdOf(name), name],
      sizeBytes: this.#registry.find(name)?.sizeBytes ?? 0,
    }));
    return images.sort((a, b) => b.sizeBytes - a.sizeBytes).slice(0, mostListed);
  }

  /** Whether the container can start with what is on the node; undefined means that a pull must come first. */
  withoutPull(nodeName: string, container: Container): ImageReady | undefined {
    const image = container.image ?? '';
    if (!/^[a-z0-9]/i.test(image) || /\s/.test(image)) {
      const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`;
      return { type: 'failed', reason: 'InvalidImageName', message };
    }
    const program = this.#registry.find(image);
    const isPresent = this.#imagesOf(nodeName).has(canonicalImage(image));
    if (container.imagePullPolicy === 'Never' && !(isPresent && program)) {
      const message = `Container image "${image}" is not present with pull policy of Never`;
      return { type: 'failed', reason: 'ErrImageNeverPull', message };
    }
    if (container.imagePullPolicy === 'Always' || !isPresent || !program) return undefined;
    const message = `Container image "${image}" already present on machine`;
    return { type: 'present', program, imageId: imageIdOf(image), message };
  }

  async pull(nodeName: string, container: Container, signal: AbortSignal): Promise<ImageReady> {
    const image = container.image ?? '';
    const program = this.#registry.find(image);
    const startedAt = this.#clock.now();
    const ms = program ? this.#msUntilPresent(nodeName, image, program.sizeBytes) : this.#timing.pullMs(0);
    if (ms > 0) await sleep(this.#clock, ms, signal);
    if (!program) return { type: 'failed', reason: 'ErrImagePull', message: this.#unknown(image) };
    this.#imagesOf(nodeName).add(canonicalImage(image));
    this.onChange(nodeName);
    this.#arrivals.delete(`${nodeName} ${canonicalImage(image)}`);
    const took = goDuration(Math.max(1, Math.round(this.#clock.now() - startedAt)));
    const message = `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${program.sizeBytes} bytes.`;
    return { type: 'pulled', program, imageId: imageIdOf(image), message };
  }

  #msUntilPresent(nodeName: string, image: string, sizeBytes: number): number {
    const name = canonicalImage(image);
    // With the layers on the node only the manifest is asked for.
    if (this.#imagesOf(nodeName).has(name)) return this.#timing.pullMs(0);
    const now = this.#clock.now();
    const key = `${nodeName} ${name}`;
    const arrival = this.#arrivals.get(key) ?? now + this.#timing.pullMs(sizeBytes);
    this.#arrivals.set(key, arrival);
    return Math.max(0, arrival - now);
  }

  #unknown(image: string): string {
    const name = canonicalImage(image);
    const exist = this.#registry.repositories.join(', ');
    return `failed to pull and unpack image "${name}": failed to resolve image: ${name}: not found in the sandbox; the images that exist here: ${exist}`;
  }

  #imagesOf(nodeName: string): Set<string> {
    const present = this.#present.get(nodeName) ?? new Set();
    this.#present.set(nodeName, present);
    return present;
  }
}

/** Go's Duration.String for milliseconds: `512ms`, `1.2s`. */
const goDuration = (ms: number) => (ms < 1000 ? `${ms}ms` : `${ms / 1000}s`);
