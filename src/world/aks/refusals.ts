/**
 * The shapes in which Azure's no reaches us, read into one. Foreign data: every field may be missing or of another kind.
 */
export interface AzureRefusal {
  /** Azure's codes, the outermost first; those of its details follow. */
  codes: readonly string[];
  /** Azure's own sentence, on one line and without control characters. */
  said: string;
  status: number | undefined;
  /** What the refusal is about: a name, or a path such as `properties.addonProfiles.openServiceMesh`. */
  target: string | undefined;
  retryAfterSeconds: number | undefined;
  /** Names of the policies that were broken. */
  policies: readonly string[];
  /** The provider that a subscription must register first. */
  namespace: string | undefined;
  /** Nobody could be asked who is logged in. */
  isLogin: boolean;
  isConnection: boolean;
}

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** The SDK's error of an operation that Azure took on and could not finish has its code in this text only. */
const failedOperation = /^The long-running operation has failed\. ([\w.]+)\. (.*)$/s;

/** Classes of @azure/identity, by name: the library is loaded for a login only. */
const loginErrors = ['CredentialUnavailableError', 'AuthenticationRequiredError', 'AuthenticationError'];

/** Codes of sockets and of the SDK's pipeline when no answer came. */
const connectionCodes =
  /^(ECONN\w+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|EPROTO|REQUEST_SEND_ERROR|ERR_TLS\w+|ERR_SSL\w+|UNABLE_TO\w+|SELF_SIGNED\w+|DEPTH_ZERO\w+|CERT_\w+)$/;

const longest = 500;

/** One line, as data: what a service says must not move a terminal's cursor. */
export function cleanSentence(text: string): string {
  const line = text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

/** Undefined for an error that nobody of Azure's made. */
export function readRefusal(error: unknown): AzureRefusal | undefined {
  if (!isJson(error)) return undefined;
  const name = textOf(error['name']) ?? '';
  const message = textOf(error['message']) ?? '';
  const code = textOf(error['code']);
  const status = typeof error['statusCode'] === 'number' ? error['statusCode'] : undefined;
  const failed = failedOperation.exec(message);
  if (failed) return refusalOf({ code: failed[1], message: failed[2] }, {});
  const isLogin = loginErrors.includes(name);
  const isConnection = status === undefined && code !== undefined && connectionCodes.test(code);
  // An error of Azure's has a status, or is a part of an answer, or of its login, or of the way there.
  const isPart = !(error instanceof Error) && code !== undefined;
  if (status === undefined && !isLogin && !isConnection && !isPart) return undefined;
  const body = bodyOf(error);
  const headers = isJson(error['response']) ? error['response']['headers'] : undefined;
  return refusalOf(
    { ...body, code: code ?? body['code'], message: textOf(body['message']) ?? message },
    { status, isLogin, isConnection, retryAfterSeconds: retryAfter(headers) },
  );
}

/** `az` prints an answer of the service as `(Code) message`, and again as `Code: …` and `Message: …` on lines of their own. */
export function readAzOutput(output: string): AzureRefusal | undefined {
  const plain = output.replaceAll(/\x1b\[[\d;]*m/g, '');
  const code = plain.match(/^Code: ([\w.]+)\s*$/m)?.[1] ?? plain.match(/^(?:ERROR: )?\(([A-Z][\w.]+)\) /m)?.[1];
  if (code === undefined) return plain.includes("Please run 'az login'") ? notLoggedIn(plain) : undefined;
  const message = plain.match(/^Message: (.+)$/m)?.[1] ?? plain.match(/^(?:ERROR: )?\([\w.]+\) (.+)$/m)?.[1] ?? plain;
  const target = plain.match(/^Target: (.+)$/m)?.[1];
  return refusalOf({ code, message, target }, {});
}

const notLoggedIn = (said: string): AzureRefusal => refusalOf({ message: said }, { isLogin: true });

/** Where the SDK keeps what Azure said: parsed under `details`, or not at all. */
function bodyOf(error: Json): Json {
  const details = error['details'];
  if (!(error instanceof Error) || !isJson(details)) return error instanceof Error ? {} : error;
  return isJson(details['error']) ? details['error'] : details;
}

type Circumstances = Partial<Pick<AzureRefusal, 'status' | 'isLogin' | 'isConnection' | 'retryAfterSeconds'>>;

function refusalOf(body: Json, circumstances: Circumstances): AzureRefusal {
  const message = textOf(body['message']) ?? '';
  return {
    status: undefined,
    isLogin: false,
    isConnection: false,
    retryAfterSeconds: undefined,
    ...circumstances,
    codes: codesOf(body),
    said: cleanSentence(message),
    target: textOf(body['target']),
    policies: policiesOf(body).map(cleanSentence),
    namespace: /namespace '([\w.]+)'/.exec(message)?.[1],
  };
}

const detailsOf = (body: Json): readonly Json[] =>
  Array.isArray(body['details']) ? body['details'].filter(isJson) : [];

/** AKS has a finer `subcode`, when it has one at all. */
function codesOf(body: Json): string[] {
  const own = [textOf(body['subcode']), textOf(body['code'])].filter((code) => code !== undefined);
  return [...own, ...detailsOf(body).flatMap(codesOf)];
}

function policiesOf(body: Json): string[] {
  const more = Array.isArray(body['additionalInfo']) ? body['additionalInfo'].filter(isJson) : [];
  const own = more
    .map(({ info }) => (isJson(info) ? info : {}))
    .map((info) => textOf(info['policyAssignmentDisplayName']) ?? textOf(info['policyDefinitionDisplayName']))
    .filter((name) => name !== undefined);
  return [...new Set([...own, ...assigned(textOf(body['message']) ?? ''), ...detailsOf(body).flatMap(policiesOf)])];
}

/** Where no more than the sentence is left, it quotes them as JSON. */
const assigned = (message: string): string[] =>
  [...message.matchAll(/"policyAssignment":\s*\{\s*"name":\s*"([^"]+)"/g)].map(([, name = '']) => name);

/** Seconds; Azure does not send dates here. */
function retryAfter(headers: unknown): number | undefined {
  const get = isJson(headers) ? headers['get'] : undefined;
  const value: unknown = typeof get === 'function' ? get.call(headers, 'retry-after') : undefined;
  const seconds = Number(value);
  return value === undefined || !Number.isFinite(seconds) ? undefined : seconds;
}
