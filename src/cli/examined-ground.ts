import { systemClock } from '../platform/clock.ts';
import { hostOs } from '../platform/programs.ts';
import { Ground } from '../preflight/ground.ts';
import { stateFolders } from '../progress/state-folders.ts';
import type { Machine } from './compose.ts';
import type { CommonOptions } from './options.ts';

/** This machine, with the learner's own environment, to be examined for a world. */
export const groundOf = (
  { profile, world, context }: Pick<CommonOptions, 'profile' | 'world' | 'context'>,
  { environment }: Pick<Machine, 'environment'>,
  signal: AbortSignal,
): Ground =>
  new Ground({
    world,
    os: hostOs(),
    arch: process.arch,
    environment,
    folders: stateFolders(profile, world, environment),
    ...(context !== undefined && { context }),
    clock: systemClock,
    signal,
  });
