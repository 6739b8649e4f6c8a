import { faultOf } from '../fault.ts';
import { createSandboxWorld, type SandboxWorldOptions } from './sandbox-world.ts';
import type { World, WorldKind } from './world.ts';

/** Every world that a learner may name: one line here, one file beside. Not ready ones say so. */
const worlds: Readonly<Record<WorldKind, (options: SandboxWorldOptions) => World>> = {
  sandbox: createSandboxWorld,
  aks: () => notYet('aks'),
  cluster: () => notYet('cluster'),
};

export const worldKinds = Object.keys(worlds).filter((kind): kind is WorldKind => kind in worlds);

export function createWorld(kind: WorldKind, options: SandboxWorldOptions): World {
  return worlds[kind](options);
}

function notYet(kind: WorldKind): never {
  throw faultOf('world.not-yet', kind);
}
