import type { ImageProgram } from '../program.ts';
import { endedBySigterm, untilStopped } from './go-server.ts';

/** fortio: one static binary in an image with nothing else. What it does is in tools/fortio. */
export const fortio: ImageProgram = {
  repositories: ['fortio/fortio'],
  sizeBytes: 10_400_000,
  entrypoint: ['/usr/bin/fortio'],
  cmd: ['server', '-config-dir', '/etc/fortio'],
  tools: ['/usr/bin/fortio'],
  // A Go program ends by SIGTERM even as process 1: its runtime has a handler for it.
  run: ({ argv, become, signal }) => Promise.race([become(argv), untilStopped(signal).then(() => endedBySigterm)]),
};
