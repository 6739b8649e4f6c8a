import type { ImageProgram } from '../program.ts';
import { runBookClient } from './book-client.ts';

/**
 * The thief of the demo: the same requests as bookbuyer, header for header, under another service account.
 * It calls it a success when the answer has the code that it was told to expect.
 */
export const bookthief: ImageProgram = {
  repositories: ['openservicemesh/bookthief'],
  sizeBytes: 11_600_000,
  entrypoint: ['/bookthief'],
  run: (context) =>
    runBookClient(context, {
      name: 'bookthief',
      title: 'Book Thief',
      emoji: '&#x1f99d;',
      identity: 'Bookthief',
      startedText: 'Bookthief running on port',
      totalLabel: 'Total books stolen',
      rawKey: 'booksStolen',
      expectedCode: { variable: 'BOOKTHIEF_EXPECTED_RESPONSE_CODE', value: '404' },
      connections: 1,
      announcesConnections: false,
      sourceFile: 'bookthief.go:96',
    }),
};
