import type { Findings } from '../en/findings.ts';
import * as chain from './chain.ts';
import * as cleanup from './cleanup.ts';
import * as conditions from './conditions.ts';
import * as faultTexts from './fault-texts.ts';
import * as preflight from './preflight.ts';
import * as settling from './settling.ts';
import * as told from './told.ts';

export const findings: Findings = {
  ...chain,
  ...cleanup,
  ...conditions,
  ...faultTexts,
  ...preflight,
  ...settling,
  ...told,
};
