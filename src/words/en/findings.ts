import * as chain from './chain.ts';
import * as cleanup from './cleanup.ts';
import * as conditions from './conditions.ts';
import * as faultTexts from './fault-texts.ts';
import * as preflight from './preflight.ts';
import * as settling from './settling.ts';
import * as told from './told.ts';

/**
 * What is said of the world when it was looked at, and what subcommands print. Apart from the words of the screen, so that
 * the first frame need not wait for it.
 */
export const findings = { ...chain, ...cleanup, ...conditions, ...faultTexts, ...preflight, ...settling, ...told };

export type Findings = typeof findings;
