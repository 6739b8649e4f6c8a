/** A process of its own that writes to a store until it is killed, and says each revision once it is acknowledged. */
import { systemClock } from '../../../src/platform/clock.ts';
import { Store } from '../../../src/sandbox/store/store.ts';

const [folder = '', padding = '0'] = process.argv.slice(2);
const store = new Store({ folder, clock: systemClock, compactAfter: 300 });
for (let count = 0; ; count += 1) {
  const name = `object-${count % 40}`;
  const current = store.get('configmaps', 'shop', name);
  const next = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'shop', name },
    count,
    padding: 'x'.repeat(Number(padding)),
  };
  try {
    const stored = current ? store.replace('configmaps', next, current) : store.create('configmaps', next);
    process.stdout.write(`${stored.metadata.resourceVersion} ${name} ${count}\n`);
  } catch (error) {
    const unchanged = store.get('configmaps', 'shop', name) === current;
    process.stdout.write(`fault ${(error as { code?: string }).code} ${unchanged ? 'unchanged' : 'changed'}\n`);
    process.exit(3);
  }
  if (count % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
}
