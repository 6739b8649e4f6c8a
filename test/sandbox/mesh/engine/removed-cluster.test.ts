import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { intoServer, startProxyPair } from './proxy-pair.ts';

it('the statistics of a cluster go with it when a new configuration no longer names it', async () => {
  const pair = await startProxyPair(intoServer(createServer()));
  const clusters = () =>
    new Set(pair.outbound.stats.list().flatMap(({ name }) => /^cluster\.([^.]+)\./.exec(name)?.[1] ?? []));
  try {
    expect(clusters()).toEqual(new Set(['app']));
    await pair.update({ name: 'apps' });
    expect(clusters()).toEqual(new Set(['apps']));
  } finally {
    await pair.close();
  }
});
