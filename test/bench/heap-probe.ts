// Loaded into a measured process by --import, with --expose-gc: on SIGUSR2 it collects its garbage and notes what is left.
import { appendFileSync } from 'node:fs';

const file = process.env['HEAP_PROBE'];
if (file !== undefined) {
  process.on('SIGUSR2', () => {
    globalThis.gc?.();
    appendFileSync(file, `${process.memoryUsage().heapUsed}\n`);
  });
}
