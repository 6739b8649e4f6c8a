import { createHash } from 'node:crypto';

/** Half of a sha256: 128 bits, which nobody makes another certificate for, and people can still compare. */
export const fingerprintOf = (der: Uint8Array): string => createHash('sha256').update(der).digest('hex').slice(0, 32);
