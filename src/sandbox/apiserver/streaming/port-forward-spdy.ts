import type { Duplex } from 'node:stream';
import type { Clock } from '../../../platform/clock.ts';
import type { NodeApi } from '../../node/node-api.ts';
import { joinStreams, portForwardFailure } from './port-forward.ts';
import { SpdyConnection, type SpdyStream } from './spdy-connection.ts';

/**
 * Port-forward as kubectl speaks it: for each local connection an error stream and a data stream with the same request id.
 * The same over raw SPDY and inside a WebSocket.
 */
export function servePortForwardSpdy(
  transport: Duplex,
  head: Buffer,
  pod: { namespace: string; name: string; uid: string },
  nodes: NodeApi,
  clock: Clock,
): SpdyConnection {
  const errorStreams = new Map<string, SpdyStream>();
  const connection = new SpdyConnection(transport, clock, {
    onStream(stream) {
      const requestId = stream.headers.get('requestid') ?? '';
      stream.on('close', () => {
        if (errorStreams.get(requestId) === stream) errorStreams.delete(requestId);
      });
      switch (stream.headers.get('streamtype')) {
        case 'error':
          errorStreams.set(requestId, stream);
          stream.resume();
          return;
        case 'data': {
          const errors = errorStreams.get(requestId);
          if (!errors) stream.destroy();
          else void forward(stream, errors, pod, nodes);
          return;
        }
        default:
          stream.destroy();
      }
    },
    onClose() {
      errorStreams.clear();
    },
  });
  connection.receive(head);
  return connection;
}

async function forward(
  data: SpdyStream,
  errors: SpdyStream,
  pod: { namespace: string; name: string; uid: string },
  nodes: NodeApi,
): Promise<void> {
  const port = Number(data.headers.get('port'));
  try {
    const target = await nodes.portForward(pod.namespace, pod.name, port);
    await joinStreams(data, target);
    errors.end();
  } catch (error) {
    // kubectl prints what comes on the error stream and ends the forward.
    errors.end(portForwardFailure(pod, port, error));
    data.resume();
    data.end();
  }
}
