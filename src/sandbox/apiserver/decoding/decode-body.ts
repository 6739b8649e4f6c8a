import { isJsonObject, type JsonObject } from '../../../kube/json-value.ts';
import { badRequest } from '../../../kube/status.ts';
import type { RequestBody } from '../request-api.ts';
import { type DecodedJson, parseJson, TooDeep, typeName } from './json-text.ts';

export interface DecodedBody {
  value: JsonObject;
  duplicates: string[];
}

/** The object in a request's body; 400 as a real server words it. `kind` is what the path makes us expect. */
export async function decodeObject(body: RequestBody, kind: string, wantsDuplicates: boolean): Promise<DecodedBody> {
  const { value, duplicates } = await decodeValue(body, kind, wantsDuplicates);
  if (!isJsonObject(value)) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${unmarshal(value)}`,
    );
  }
  for (const field of ['apiVersion', 'kind']) {
    const given = value[field];
    if (typeof given === 'string' || given === undefined || given === null) continue;
    throw badRequest(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${typeName(given)} into Go struct field .${field} of type string`,
    );
  }
  return { value, duplicates };
}

export async function decodeValue(body: RequestBody, kind: string, wantsDuplicates: boolean): Promise<DecodedJson> {
  switch (body.type) {
    case 'object':
      return { value: body.value, duplicates: [] };
    case 'json':
      return jsonOf(body.text, kind, wantsDuplicates);
    case 'yaml':
      // kubectl's server-side apply sends JSON under the YAML type.
      return /^\s*[[{]/.test(body.text) ? jsonOf(body.text, kind, wantsDuplicates) : yamlOf(body.text);
  }
}

function jsonOf(text: string, kind: string, wantsDuplicates: boolean): DecodedJson {
  try {
    return parseJson(text, wantsDuplicates);
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof TooDeep)) throw cause;
    const shown = text.length > 64 ? `${text.slice(0, 64)} ...` : text;
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${cause instanceof TooDeep ? cause.message : goSyntaxError(text, cause)} (${shown})`,
    );
  }
}

async function yamlOf(text: string): Promise<DecodedJson> {
  // Lazy: 70 ms to load, and only hand-written requests come as YAML.
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { version: '1.1', uniqueKeys: false, logLevel: 'error' });
  const error = document.errors[0];
  if (error) throw badRequest(`error converting YAML to JSON: yaml: ${error.message.split('\n')[0]}`);
  try {
    return parseJson(JSON.stringify(document.toJS()) ?? 'null', false);
  } catch (cause) {
    // Aliases are followed only here; whatever goes wrong with them, the text is to blame.
    throw badRequest(`error converting YAML to JSON: yaml: ${aliasFailure(cause)}`);
  }
}

function aliasFailure(cause: unknown): string {
  if (cause instanceof ReferenceError) return 'document contains excessive aliasing';
  return cause instanceof TypeError ? 'an anchor contains itself' : String((cause as Error).message);
}

/** Go's words for the two commonest mistakes; ours are V8's for the rest. */
function goSyntaxError(text: string, cause: SyntaxError): string {
  const trimmed = text.trim();
  if (/Unexpected end|Unterminated|Expected .* JSON at position (\d+) \(line/.test(cause.message)) {
    const at = Number(/position (\d+)/.exec(cause.message)?.[1] ?? text.length);
    if (at >= trimmed.length) return 'unexpected end of JSON input';
  }
  const at = /position (\d+)/.exec(cause.message)?.[1];
  const char = at === undefined ? undefined : text[Number(at)];
  return char === undefined
    ? 'unexpected end of JSON input'
    : `invalid character '${char}' looking for beginning of value`;
}

const unmarshal = (value: unknown) =>
  `json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;
