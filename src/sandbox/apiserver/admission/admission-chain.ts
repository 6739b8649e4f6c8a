import type { AdmissionRequest } from '../write-context.ts';

/** One link: may change a draft, then may refuse it with StatusError. */
export interface AdmissionPlugin {
  mutate?(request: AdmissionRequest): void | Promise<void>;
  validate?(request: AdmissionRequest): void | Promise<void>;
  /** The last word, in the same moment in which the object is stored: nothing can come between. */
  confirm?(request: AdmissionRequest): void;
}

/** Everything that has a say before a write is stored, in order: built-in plugins first, webhooks last. */
export class AdmissionChain {
  readonly #builtIn: readonly AdmissionPlugin[];
  readonly #webhooks: AdmissionPlugin;

  constructor(builtIn: readonly AdmissionPlugin[], webhooks: AdmissionPlugin) {
    this.#builtIn = builtIn;
    this.#webhooks = webhooks;
  }

  /** Built-in plugins see what webhooks changed: a container that one added gets its token volume too. */
  async mutate(request: AdmissionRequest): Promise<void> {
    await this.#mutateBuiltIn(request);
    const before = request.object;
    await this.#webhooks.mutate?.(request);
    if (request.object !== before) await this.#mutateBuiltIn(request);
  }

  async validate(request: AdmissionRequest): Promise<void> {
    for (const plugin of [...this.#builtIn, this.#webhooks]) await plugin.validate?.(request);
  }

  confirm(request: AdmissionRequest): void {
    for (const plugin of this.#builtIn) plugin.confirm?.(request);
  }

  async #mutateBuiltIn(request: AdmissionRequest): Promise<void> {
    for (const plugin of this.#builtIn) await plugin.mutate?.(request);
  }
}
