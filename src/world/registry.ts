import { createAksWorld } from './aks-world.ts';
import { createClusterWorld } from './cluster/cluster-world.ts';
import { createSandboxWorld, type SandboxWorldOptions } from './sandbox-world.ts';
import type { World, WorldKind } from './world.ts';

/** What the machine gives any world; each takes what it needs. `folder` is the world's own in the learner's state. */
export type WorldOptions = SandboxWorldOptions;

/** Every world that a learner may name: one line here, one file beside. */
const worlds: Readonly<Record<WorldKind, (options: WorldOptions) => World>> = {
  sandbox: createSandboxWorld,
  aks: createAksWorld,
  cluster: createClusterWorld,
};

export const worldKinds = Object.keys(worlds).filter((kind): kind is WorldKind => kind in worlds);

export function createWorld(kind: WorldKind, options: WorldOptions): World {
  return worlds[kind](options);
}
