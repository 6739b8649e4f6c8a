import { ports } from '../../mesh/osm/names.ts';
import { serveHttp, untilAborted } from '../../mesh/osm/pod-server.ts';
import type { ImageProgram } from '../program.ts';

/** Answers the kubelet's TCP probes, which its redirected pod could never fail: it dials the app on loopback. */
export const osmHealthcheck: ImageProgram = {
  repositories: ['mcr.microsoft.com/oss/openservicemesh/osm-healthcheck', 'openservicemesh/osm-healthcheck'],
  sizeBytes: 6_291_456,
  entrypoint: ['/osm-healthcheck'],
  async run({ sockets, signal }) {
    const stop = await serveHttp(sockets, ports.healthcheck, (request, response) => {
      const port = Number(request.headers['original-tcp-port']);
      if (request.url?.split('?')[0] !== '/osm-healthcheck') {
        response.writeHead(404).end();
      } else if (!Number.isInteger(port) || port < 1 || port > 65535) {
        response.writeHead(400).end('Header Original-Tcp-Port is not a port');
      } else {
        sockets.connect('127.0.0.1', port).then(
          (socket) => {
            socket.destroy();
            response.writeHead(200).end();
          },
          () => response.writeHead(404).end(`Failed to establish connection to 127.0.0.1:${port}`),
        );
      }
    });
    await untilAborted(signal);
    stop();
    return 0;
  },
};
