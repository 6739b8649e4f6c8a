import type { ResourceManagementClient } from '@azure/arm-resources';

/**
 * Keeps what Azure said. The SDKs' own errors lose it on the way: a list that is refused says "Pagination failed", and a
 * refused creation has the code and no details. This one has the whole body, and the headers that tell how long to wait.
 */
type Policy = Parameters<ResourceManagementClient['pipeline']['addPolicy']>[0];
type Response = Awaited<ReturnType<Policy['sendRequest']>>;

export class RefusedRequest extends Error {
  override readonly name = 'RefusedRequest';
  readonly statusCode: number;
  readonly code: string | undefined;
  /** The body, parsed. */
  readonly details: unknown;
  readonly response: Response;

  constructor(response: Response) {
    const body = parsed(response.bodyAsText ?? '');
    const { code, message } = innermost(body);
    super(typeof message === 'string' ? message : `HTTP ${response.status}`);
    this.statusCode = response.status;
    this.code = typeof code === 'string' ? code : undefined;
    this.details = body;
    this.response = response;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // A proxy on the way answers in HTML.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** AKS sends its errors without the envelope `error`. */
function innermost(body: unknown): { code?: unknown; message?: unknown } {
  if (typeof body !== 'object' || body === null) return {};
  return 'error' in body && typeof body.error === 'object' && body.error !== null ? body.error : body;
}

export const refusalPolicy: Policy = {
  name: 'meshwalkRefusalPolicy',
  async sendRequest(request, next) {
    const response = await next(request);
    // The answer to HEAD is its status.
    if (response.status >= 400 && request.method !== 'HEAD') throw new RefusedRequest(response);
    return response;
  },
};
