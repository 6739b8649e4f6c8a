import type { ProxyUpdate, TlsCertificate, ValidationContext } from './proxy-config.ts';

/** The key material and trust of one applied update, by the names that TLS contexts use. */
export class Secrets {
  readonly trustedCaPem: string;
  readonly #certificates: Map<string, TlsCertificate>;
  readonly #contexts: Map<string, ValidationContext>;

  constructor(
    update: Pick<ProxyUpdate, 'certificates' | 'trustedCaPem'> & { validationContexts: readonly ValidationContext[] },
  ) {
    this.trustedCaPem = update.trustedCaPem;
    this.#certificates = new Map(update.certificates.map((certificate) => [certificate.name, certificate]));
    this.#contexts = new Map(update.validationContexts.map((context) => [context.name, context]));
  }

  static none(): Secrets {
    return new Secrets({ certificates: [], trustedCaPem: '', validationContexts: [] });
  }

  certificate(name: string): TlsCertificate | undefined {
    return this.#certificates.get(name);
  }

  validationContext(name: string): ValidationContext | undefined {
    return this.#contexts.get(name);
  }

  certificates(): TlsCertificate[] {
    return [...this.#certificates.values()];
  }
}
