import * as chain from './chain.ts';
import * as conditions from './conditions.ts';

/**
 * What is said of the world when it was looked at, for the layers below the screen. Apart from the words of the screen, so
 * that the first frame need not wait for it.
 */
export const findings = { ...chain, ...conditions };

export type Findings = typeof findings;
