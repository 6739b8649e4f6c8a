import type { ImageProgram } from '../program.ts';
import { runBookClient } from './book-client.ts';

/** The customer of the demo. It buys from the bookstore once a second and knows only the store's Service name. */
export const bookbuyer: ImageProgram = {
  repositories: ['openservicemesh/bookbuyer'],
  sizeBytes: 11_600_000,
  entrypoint: ['/bookbuyer'],
  run: (context) =>
    runBookClient(context, {
      name: 'bookbuyer',
      title: 'Bookbuyer',
      emoji: '&#128214;',
      identity: 'Bookbuyer',
      startedText: 'Web server running on port',
      totalLabel: 'Total books bought',
      rawKey: 'booksBought',
      expectedCode: 200,
      connections: { variable: 'CI_CLIENT_CONCURRENT_CONNECTIONS' },
      announcesConnections: true,
      sourceFile: 'bookbuyer.go:110',
    }),
};
