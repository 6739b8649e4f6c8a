import { Fault } from '../fault.ts';
import { createSandboxWorld, type SandboxWorldOptions } from './sandbox-world.ts';
import type { World, WorldKind } from './world.ts';

/** Every world that a learner may name: one line here, one file beside. Not ready ones say so. */
const worlds: Readonly<Record<WorldKind, (options: SandboxWorldOptions) => World>> = {
  sandbox: createSandboxWorld,
  aks: () => notYet('aks', 'an AKS cluster in your own subscription'),
  cluster: () => notYet('cluster', 'a cluster of your own'),
};

export const worldKinds = Object.keys(worlds).filter((kind): kind is WorldKind => kind in worlds);

export function createWorld(kind: WorldKind, options: SandboxWorldOptions): World {
  return worlds[kind](options);
}

function notYet(kind: WorldKind, what: string): never {
  throw new Fault('world.not-yet', {
    what: `The lessons do not run on ${what} yet.`,
    why: `The world "${kind}" comes with a later version; the sandbox behaves the same and costs nothing.`,
    next: ['meshwalk --world sandbox'],
  });
}
