/** What az ends with: 1 for a failure, 2 for arguments that az does not understand, 3 for a shown thing that is missing. */
export class AzError extends Error {
  override readonly name = 'AzError';
  readonly exitCode: 1 | 2 | 3;
  /** Lines after the message, without its prefix. */
  readonly advice: readonly string[];

  constructor(message: string, exitCode: 1 | 2 | 3 = 1, advice: readonly string[] = []) {
    super(message);
    this.exitCode = exitCode;
    this.advice = advice;
  }
}

interface ServiceError extends Error {
  code?: string;
  statusCode?: number;
}

/** The SDK's error of a finished but failed operation carries its code only in this text. */
const operationFailure = /^The long-running operation has failed\. ([\w.]+)\. (.*?)\.?$/s;

/** How az prints an answer of the service: `(Code) message`, then both again on lines of their own. */
export function fromService(error: unknown, isShow: boolean): AzError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, statusCode } = error as ServiceError;
  if (statusCode !== undefined && code !== undefined) {
    const text = `(${code}) ${error.message}\nCode: ${code}\nMessage: ${error.message}`;
    return new AzError(text, isShow && statusCode === 404 ? 3 : 1);
  }
  const failed = operationFailure.exec(error.message);
  if (failed) return new AzError(`(${failed[1]}) ${failed[2]}\nCode: ${failed[1]}\nMessage: ${failed[2]}`);
  if (code === 'ECONNREFUSED' || code === 'REQUEST_SEND_ERROR' || code === 'ECONNRESET')
    return new AzError('The sandbox does not answer. Start it again: meshwalk sandbox start');
  return undefined;
}
