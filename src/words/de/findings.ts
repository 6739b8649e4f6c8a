import type { Findings } from '../en/findings.ts';
import * as chain from './chain.ts';
import * as conditions from './conditions.ts';
import * as told from './told.ts';

export const findings: Findings = { ...chain, ...conditions, ...told };
