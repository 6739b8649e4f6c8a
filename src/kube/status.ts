/** The API's error envelope, and the one exception that carries it. Texts: Kubernetes 1.36, as recorded. */
export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: { continue?: string; resourceVersion?: string };
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    uid?: string;
    causes?: StatusCause[];
    retryAfterSeconds?: number;
  };
  code?: number;
}

export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly status: Status;

  constructor(code: number, reason: string | undefined, message: string, details?: Status['details']) {
    super(message);
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason === undefined ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code,
    };
  }

  get code(): number {
    return this.status.code ?? 500;
  }

  get reason(): string | undefined {
    return this.status.reason;
  }
}

interface Named {
  group: string;
  resource: string;
}

const qualified = (ref: Named) => (ref.group === '' ? ref.resource : `${ref.resource}.${ref.group}`);
const details = (ref: Named, name: string) => ({
  name,
  ...(ref.group === '' ? {} : { group: ref.group }),
  kind: ref.resource,
});

export const notFound = (ref: Named, name: string): StatusError =>
  new StatusError(404, 'NotFound', `${qualified(ref)} "${name}" not found`, details(ref, name));

export const alreadyExists = (ref: Named, name: string): StatusError =>
  new StatusError(409, 'AlreadyExists', `${qualified(ref)} "${name}" already exists`, details(ref, name));

export const conflict = (ref: Named, name: string, why?: string): StatusError =>
  new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(ref)} "${name}": ${why ?? 'the object has been modified; please apply your changes to the latest version and try again'}`,
    details(ref, name),
  );

export const badRequest = (message: string): StatusError => new StatusError(400, 'BadRequest', message);

export const forbidden = (ref: Named, name: string, why: string): StatusError =>
  new StatusError(403, 'Forbidden', `${qualified(ref)} "${name}" is forbidden: ${why}`, details(ref, name));

export const internalError = (message: string): StatusError =>
  new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });

/** 422 with one cause per field; `kind` is the Kind, qualified by its group (`Deployment.apps`). */
export function invalid(
  ref: { group: string; kind: string },
  name: string,
  causes: readonly StatusCause[],
): StatusError {
  const kind = ref.group === '' ? ref.kind : `${ref.kind}.${ref.group}`;
  const lines = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const text = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  return new StatusError(422, 'Invalid', `${kind} "${name}" is invalid: ${text}`, {
    name,
    ...(ref.group === '' ? {} : { group: ref.group }),
    kind: ref.kind,
    causes: [...causes],
  });
}
