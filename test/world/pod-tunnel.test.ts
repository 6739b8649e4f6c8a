import type { Readable, Writable } from 'node:stream';
import { KubeConfig, PortForward } from '@kubernetes/client-node';
import { expect, it } from 'vitest';
import { PodTunnels } from '../../src/world/pod-tunnel.ts';

const pod = { namespace: 'bookstore', name: 'bookstore-1', port: 15000 };
const signal = new AbortController().signal;

it('renewed tunnels leave none of the old ones open', async () => {
  const open = new Set<object>();
  /** A pod that answers every request, and counts who is connected. */
  class Answering extends PortForward {
    override async portForward(
      _ns: string,
      _pod: string,
      _ports: number[],
      output: Writable,
      _errors: unknown,
      input: Readable,
    ) {
      const socket = { close: () => void open.delete(socket), onclose: null, onerror: null };
      open.add(socket);
      input.on('data', () => output.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
      return socket as never;
    }
  }
  const tunnels = new PodTunnels(Answering, () => new KubeConfig(), 1_000);
  expect(await tunnels.get(pod, '/stats', signal)).toEqual({ status: 200, body: 'ok' });
  await new Promise((resolve) => setImmediate(resolve));
  expect(open.size).toBe(1);
  tunnels.renew();
  await new Promise((resolve) => setImmediate(resolve));
  expect(open.size).toBe(0);
  expect(await tunnels.get(pod, '/stats', signal)).toEqual({ status: 200, body: 'ok' });
  tunnels.close();
});
