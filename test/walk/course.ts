// The course as it is, with its forwarded port replaced, so that walks beside each other do not fight for one.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const lessonPort = /\b8081\b/g;
/** Of the lessons beyond the first course. */
const furtherPort = /\b8082\b/g;

export async function copyCourse(to: string): Promise<{ folder: string; port: number }> {
  const [port, further] = [await freePort(), await freePort()];
  cpSync(join(root, 'lessons'), join(to, 'lessons'), { recursive: true });
  for (const name of readdirSync(join(to, 'lessons'), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.md')) continue;
    const file = join(to, 'lessons', name);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replaceAll(lessonPort, String(port)).replaceAll(furtherPort, String(further)));
  }
  cpSync(join(root, 'manifests'), join(to, 'manifests'), { recursive: true });
  return { folder: to, port };
}

/** Free now; nobody else is told the same within a test run. */
export function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
