import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** What this process holds after a collection. */
export function heapMb(): number {
  collect();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}
