import { addOn, defaultImageVariables, type OsmInstall, type SidecarImages } from './names.ts';

/**
 * What the components of a control plane are told when they start: flags as their Go binaries take them, `--name value` or
 * `--name=value` (cmd/osm-controller, cmd/osm-injector, cmd/osm-bootstrap), and the injector's environment.
 */
export class ComponentFlags {
  readonly #values = new Map<string, string>();

  constructor(argv: readonly string[]) {
    argv.forEach((word, index) => {
      if (!word.startsWith('--')) return;
      const [name = '', ...value] = word.slice(2).split('=');
      this.#values.set(name, value.length > 0 ? value.join('=') : (argv[index + 1] ?? ''));
    });
  }

  string(name: string, otherwise = ''): string {
    return this.#values.get(name) || otherwise;
  }

  bool(name: string, otherwise: boolean): boolean {
    const value = this.#values.get(name);
    return value === undefined ? otherwise : value === 'true';
  }

  required(name: string, what: string): string {
    const value = this.string(name);
    if (value === '') throw new Error(`Please specify the ${what} using --${name}`);
    return value;
  }

  install(): OsmInstall {
    return {
      meshName: this.required('mesh-name', 'mesh name'),
      namespace: this.required('osm-namespace', 'OSM namespace'),
      version: this.string('osm-version', addOn.version),
      trustDomain: this.string('trust-domain', addOn.trustDomain),
      caBundleSecretName: this.required('ca-bundle-secret-name', 'CA bundle secret name'),
    };
  }
}

export function sidecarImagesFrom(env: Readonly<Record<string, string>>): SidecarImages {
  const { sidecar, windows, init, healthcheck } = defaultImageVariables;
  return {
    sidecar: env[sidecar] ?? '',
    windows: env[windows] ?? '',
    init: env[init] ?? '',
    healthcheck: env[healthcheck] ?? '',
  };
}
