import type { TLSSocket } from 'node:tls';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { type ClientOptions, WebSocket } from 'ws';
import { fingerprintOf } from './fingerprint.ts';

/** Connects to a class. With a fingerprint, whoever answers must have that certificate, and nobody vouches for it but the address. */
export class WrongCertificate extends Error {
  override readonly name = 'WrongCertificate';
}

const handshakeMs = 8_000;
/** A class says a few kilobytes at a time to a learner, and all of itself to an instructor. */
const mostBytes = 64 << 20;

export interface DialTo {
  origin: string;
  fingerprint?: string;
}

export function dial({ origin, fingerprint }: DialTo, path: '/v1/learner' | '/v1/instructor'): WebSocket {
  const options: ClientOptions = {
    handshakeTimeout: handshakeMs,
    perMessageDeflate: false,
    maxPayload: mostBytes,
    followRedirects: false,
  };
  // What ws hands over is what tls.connect takes.
  if (fingerprint !== undefined)
    options.createConnection = (to: unknown) => pinned(to as ConnectionOptions, fingerprint);
  return new WebSocket(`${origin.replace(/^http/, 'ws')}${path}`, options);
}

function pinned(options: ConnectionOptions, fingerprint: string): TLSSocket {
  const socket = connectTls({
    ...options,
    path: undefined,
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
  socket.prependOnceListener('secureConnect', () => {
    if (fingerprintOf(socket.getPeerCertificate().raw) !== fingerprint) socket.destroy(new WrongCertificate());
  });
  return socket;
}
