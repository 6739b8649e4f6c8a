/** curl's exit codes, as far as this curl can end with them. */
export const exitCodes = {
  'unsupported-protocol': 1,
  usage: 2,
  'bad-url': 3,
  'not-resolved': 6,
  'not-connected': 7,
  'partial-file': 18,
  'http-error': 22,
  'write-error': 23,
  'read-error': 26,
  'timed-out': 28,
  'tls-handshake': 35,
  'too-many-redirects': 47,
  'empty-reply': 52,
  received: 56,
  'bad-certificate-file': 58,
  untrusted: 60,
  'bad-encoding': 61,
  'ca-file': 77,
  http2: 92,
} as const;

export type FailureReason = keyof typeof exitCodes;

export class CurlFailure extends Error {
  override readonly name = 'CurlFailure';
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string) {
    super(message);
    this.reason = reason;
  }

  get exitCode(): number {
    return exitCodes[this.reason];
  }
}

/** OpenSSL's own words, as curl passes them on; undefined where it has none. */
export function opensslText(error: Error & { reason?: string }): string | undefined {
  const number = /error:([0-9A-F]{8}):/.exec(error.message)?.[1];
  return number && error.reason ? `OpenSSL/3.0.8: error:${number}:SSL routines::${error.reason}` : undefined;
}
