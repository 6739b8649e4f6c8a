import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandSpec, noArgs } from '../cobra/command.ts';

/** The osm CLI's own configuration: OSM_CONFIG, else ~/.osm/config.yaml (OSM 1.2: pkg/cli/environment.go). */
export interface OsmEnvironment {
  /** `managed`, `self-hosted`, or whatever the file says; only the first makes a difference. */
  kind: string;
  distribution: string;
  namespace: string;
}

const selfHosted: OsmEnvironment = { kind: 'self-hosted', distribution: '', namespace: 'osm-system' };

export async function readEnvironment(env: Readonly<Record<string, string | undefined>>): Promise<OsmEnvironment> {
  const path = env['OSM_CONFIG'] || join(env['HOME'] ?? '', '.osm', 'config.yaml');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return selfHosted;
    throw new Error(
      `Error parsing environment configuration: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const { parse } = await import('yaml');
  let install: Partial<Record<string, unknown>>;
  try {
    install = (parse(text) as { install?: Partial<Record<string, unknown>> } | null)?.install ?? {};
  } catch (error) {
    throw new Error(
      `Error parsing environment configuration: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
    );
  }
  return {
    kind: String(install['kind'] ?? ''),
    distribution: String(install['distribution'] ?? ''),
    namespace: String(install['namespace'] ?? ''),
  };
}

export const envCommand = (environment: OsmEnvironment): CommandSpec => ({
  use: 'env',
  short: 'osm client environment information',
  long: 'Prints the configuration that this client works with: where it expects a control plane.',
  example: '  osm env',
  args: noArgs,
  async run({ io, flags }) {
    const namespace = flags.string('osm-namespace') || environment.namespace;
    const shown = (text: string) => text || '""';
    io.out(
      `--- \ninstall:\n  kind: ${shown(environment.kind)}\n  distribution: ${shown(environment.distribution)}\n  namespace: ${shown(namespace)}\n\n`,
    );
    return 0;
  },
});
