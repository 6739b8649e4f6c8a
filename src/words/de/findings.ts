import type { Findings } from '../en/findings.ts';
import * as conditions from './conditions.ts';

export const findings: Findings = { ...conditions };
