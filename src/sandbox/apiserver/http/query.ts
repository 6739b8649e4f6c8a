import { badRequest, StatusError } from '../../../kube/status.ts';
import type { DeleteQuery, ListQuery, PatchQuery, WatchQuery, WriteQuery } from '../request-api.ts';

/** Query parameters as the request logic wants them. Kubernetes: metav1.ListOptions, CreateOptions, DeleteOptions… */

const isTrue = (value: string | null) => value !== null && value !== 'false' && value !== '0';

function integer(params: URLSearchParams, name: string): number | undefined {
  const text = params.get(name);
  if (text === null || text === '') return undefined;
  if (!/^-?\d{1,15}$/.test(text)) throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  return Number(text);
}

function optional<K extends string, V>(name: K, value: V | null | undefined): { [P in K]?: V } {
  return (value === null || value === undefined ? {} : { [name]: value }) as { [P in K]?: V };
}

const text = <K extends string>(params: URLSearchParams, name: K) => optional(name, params.get(name) || undefined);

export function listQuery(params: URLSearchParams): ListQuery {
  const limit = integer(params, 'limit');
  return {
    ...text(params, 'labelSelector'),
    ...text(params, 'fieldSelector'),
    ...text(params, 'continue'),
    ...text(params, 'resourceVersion'),
    ...text(params, 'resourceVersionMatch'),
    ...optional('limit', limit || undefined),
  };
}

export const isWatch = (params: URLSearchParams): boolean => isTrue(params.get('watch'));

export function watchQuery(params: URLSearchParams): WatchQuery & { timeoutSeconds?: number } {
  return {
    ...text(params, 'labelSelector'),
    ...text(params, 'fieldSelector'),
    ...text(params, 'resourceVersion'),
    ...text(params, 'resourceVersionMatch'),
    ...(isTrue(params.get('allowWatchBookmarks')) ? { allowWatchBookmarks: true } : {}),
    ...(params.has('sendInitialEvents') ? { sendInitialEvents: isTrue(params.get('sendInitialEvents')) } : {}),
    ...optional('timeoutSeconds', integer(params, 'timeoutSeconds')),
  };
}

function dryRunOf(values: readonly string[]): { dryRun?: boolean } {
  const wrong = values.find((value) => value !== 'All' && value !== '');
  if (wrong !== undefined) {
    const message = `Unsupported value: "${wrong}": supported values: "All"`;
    throw new StatusError(422, 'Invalid', `dryRun: ${message}`, {
      causes: [{ reason: 'FieldValueNotSupported', message, field: 'dryRun' }],
    });
  }
  return values.includes('All') ? { dryRun: true } : {};
}

/** Who owns what is written: whom the client names, else the program. Kubernetes: managerOrUserAgent. */
function managerOf(params: URLSearchParams, userAgent: string): string {
  return params.get('fieldManager') || (userAgent.split('/')[0] ?? '').replaceAll(/[^\x20-\x7e]/g, '').slice(0, 128);
}

export function writeQuery(params: URLSearchParams, userAgent = ''): WriteQuery {
  const validation = params.get('fieldValidation') || undefined;
  if (validation !== undefined && validation !== 'Strict' && validation !== 'Warn' && validation !== 'Ignore') {
    const message = `Unsupported value: "${validation}": supported values: "Ignore", "Strict", "Warn"`;
    throw new StatusError(422, 'Invalid', `fieldValidation: ${message}`, {
      causes: [{ reason: 'FieldValueNotSupported', message, field: 'fieldValidation' }],
    });
  }
  return {
    ...dryRunOf(params.getAll('dryRun')),
    ...optional('fieldManager', managerOf(params, userAgent) || undefined),
    ...(validation === undefined ? {} : { fieldValidation: validation }),
  };
}

/** An apply must say itself for whom it speaks, so it has no user agent here. */
export function patchQuery(params: URLSearchParams, userAgent?: string): PatchQuery {
  return { ...writeQuery(params, userAgent), ...(isTrue(params.get('force')) ? { force: true } : {}) };
}

/** Options of a delete come in the query or as a DeleteOptions body; the body wins where both speak. */
export function deleteQuery(params: URLSearchParams, body: Record<string, unknown> = {}): DeleteQuery {
  const policy = (body['propagationPolicy'] ?? params.get('propagationPolicy')) || undefined;
  if (policy !== undefined && policy !== 'Background' && policy !== 'Foreground' && policy !== 'Orphan') {
    throw badRequest(`invalid propagationPolicy "${String(policy)}": use one of "Background", "Foreground", "Orphan"`);
  }
  const orphan =
    body['orphanDependents'] ?? (params.has('orphanDependents') ? isTrue(params.get('orphanDependents')) : undefined);
  const grace = body['gracePeriodSeconds'] ?? integer(params, 'gracePeriodSeconds');
  if (grace !== undefined && grace !== null && typeof grace !== 'number')
    throw badRequest('gracePeriodSeconds must be a number');
  const dryRun = Array.isArray(body['dryRun']) ? body['dryRun'].map(String) : params.getAll('dryRun');
  const preconditions = body['preconditions'] as DeleteQuery['preconditions'] | null | undefined;
  return {
    ...dryRunOf(dryRun),
    ...optional('gracePeriodSeconds', grace as number | null | undefined),
    ...optional('propagationPolicy', policy ?? (orphan === undefined ? undefined : orphan ? 'Orphan' : 'Background')),
    ...optional('preconditions', preconditions),
  };
}
