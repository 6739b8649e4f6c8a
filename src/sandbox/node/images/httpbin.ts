import type { ImageProgram } from '../program.ts';
import { debianTools } from './toolboxes.ts';

/** httpbin 0.9.2 behind gunicorn, under the names by which demos pull it. What it answers is in httpbin/. */
export const httpbin: ImageProgram = {
  repositories: ['kennethreitz/httpbin', 'simonkowallik/httpbin'],
  sizeBytes: 213_000_000,
  entrypoint: ['gunicorn'],
  cmd: ['-b', '0.0.0.0:80', 'httpbin:app', '-k', 'gevent'],
  executables: ['/usr/local/bin/gunicorn'],
  tools: debianTools,
  files: { '/etc/os-release': 'NAME="Ubuntu"\nVERSION_ID="18.04"\nID=ubuntu\n' },
  async run(context) {
    const { serveHttpbin } = await import('./httpbin/server.ts');
    return serveHttpbin(context);
  },
};
