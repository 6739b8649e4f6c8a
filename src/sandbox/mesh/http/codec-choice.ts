import type { Socket } from 'node:net';
import type { ServedConnection } from '../engine.ts';

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/**
 * Envoy's codec AUTO: who begins with the preface speaks HTTP/2, whatever was negotiated in TLS (between sidecars that is
 * `osm`); everybody else HTTP/1.1. Nothing but the first bytes of a connection is looked at.
 */
export function chooseCodec(
  socket: Socket,
  start: (codec: 'HTTP/1.1' | 'HTTP/2', first: Buffer) => ServedConnection,
): ServedConnection {
  let started: ServedConnection | undefined;
  let first: Buffer = Buffer.alloc(0);
  const look = (chunk: Buffer) => {
    first = first.length === 0 ? chunk : Buffer.concat([first, chunk]);
    const known = Math.min(first.length, preface.length);
    const isAlike = first.subarray(0, known).equals(preface.subarray(0, known));
    if (isAlike && known < preface.length) return;
    socket.off('data', look).off('end', gone);
    started = start(isAlike ? 'HTTP/2' : 'HTTP/1.1', first);
  };
  const gone = () => socket.destroy();
  socket.on('data', look).once('end', gone);
  socket.resume();
  return {
    drain() {
      if (started) started.drain();
      else socket.destroy();
    },
  };
}
