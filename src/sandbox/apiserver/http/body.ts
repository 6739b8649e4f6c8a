import type { IncomingMessage } from 'node:http';
import { isJsonObject, type JsonObject } from '../../../kube/json-value.ts';
import { badRequest, StatusError } from '../../../kube/status.ts';
import { checkType } from '../decoding/type-check.ts';
import { decodeProtobuf } from '../protobuf/decode.ts';
import type { PatchType, RequestBody } from '../request-api.ts';

/** Request bodies: bounded, and told apart by their media type. */
const bodyLimitBytes = 3 << 20; // Kubernetes: MaxRequestBodyBytes

const patchTypes: Readonly<Record<string, { type: PatchType; form: 'json' | 'yaml' }>> = {
  'application/json-patch+json': { type: 'json', form: 'json' },
  'application/merge-patch+json': { type: 'merge', form: 'json' },
  'application/strategic-merge-patch+json': { type: 'strategic', form: 'json' },
  'application/apply-patch+yaml': { type: 'apply', form: 'yaml' },
};

const mediaTypeOf = (request: IncomingMessage) =>
  (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

const unsupported = (accepted: readonly string[]) =>
  new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );

export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyLimitBytes) {
      throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${bodyLimitBytes}`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The body of a POST or PUT. Custom resources have no protobuf form. */
export async function readBody(
  request: IncomingMessage,
  expected: { apiVersion: string; kind: string; custom: boolean },
): Promise<RequestBody> {
  switch (mediaTypeOf(request)) {
    case '':
    case '*/*':
    case 'application/json':
      return { type: 'json', text: (await readBytes(request)).toString() };
    case 'application/yaml':
      return { type: 'yaml', text: (await readBytes(request)).toString() };
    case 'application/vnd.kubernetes.protobuf':
      if (!expected.custom) return { type: 'object', value: decodeProtobuf(await readBytes(request), expected) };
      throw unsupported(['application/json', 'application/yaml']);
    default:
      throw unsupported([
        'application/json',
        'application/yaml',
        ...(expected.custom ? [] : ['application/vnd.kubernetes.protobuf']),
      ]);
  }
}

export async function readPatch(
  request: IncomingMessage,
  custom: boolean,
): Promise<{ type: PatchType; body: RequestBody }> {
  const patch = patchTypes[mediaTypeOf(request)];
  if (!patch || (custom && patch.type === 'strategic')) {
    throw unsupported(Object.keys(patchTypes).filter((name) => !custom || !name.includes('strategic')));
  }
  return { type: patch.type, body: { type: patch.form, text: (await readBytes(request)).toString() } };
}

/** DeleteOptions, or nothing. */
export async function readDeleteOptions(request: IncomingMessage): Promise<Record<string, unknown>> {
  const bytes = await readBytes(request);
  if (bytes.length === 0) return {};
  if (mediaTypeOf(request) === 'application/vnd.kubernetes.protobuf') {
    return decodeProtobuf(bytes, { apiVersion: 'v1', kind: 'DeleteOptions' });
  }
  try {
    const parsed: unknown = JSON.parse(bytes.toString());
    if (isJsonObject(parsed)) return checkedDeleteOptions(parsed);
  } catch (error) {
    if (error instanceof StatusError) throw error;
    throw new StatusError(400, 'BadRequest', `couldn't read DeleteOptions: ${(error as Error).message}`);
  }
  throw new StatusError(400, 'BadRequest', "couldn't read DeleteOptions: the body is no JSON object");
}

function checkedDeleteOptions(options: JsonObject): JsonObject {
  const { mismatch } = checkType(options, 'V1DeleteOptions');
  if (!mismatch) return options;
  throw badRequest(`DeleteOptions in version "v1" cannot be handled as a DeleteOptions: ${mismatch}`);
}
