/** Why a message can't be read on: the status that its sender is told, and Envoy's name for it in the access log. */
export interface Malformed {
  readonly type: 'malformed';
  readonly status: 400 | 431 | 501;
  readonly details: string;
}

const malformed = (status: Malformed['status'], details: string): Malformed => ({ type: 'malformed', status, details });

export const codecError = malformed(400, 'http1.codec_error');
export const bothLengths = malformed(400, 'http1.content_length_and_chunked_not_allowed');
export const invalidUrl = malformed(400, 'http1.invalid_url');
export const invalidCharacters = malformed(400, 'http1.invalid_characters');
export const nominatedHeader = malformed(400, 'http1.connection_header_rejected');
export const headersTooLarge = malformed(431, 'http1.headers_too_large');
export const tooManyHeaders = malformed(431, 'http1.too_many_headers');
/** Envoy: a transfer coding other than `chunked`. */
export const unknownTransferEncoding = malformed(501, 'http1.invalid_transfer_encoding');

export const isMalformed = <T extends object>(value: T | Malformed): value is Malformed =>
  'type' in value && value.type === 'malformed';
