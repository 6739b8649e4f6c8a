/** One request to Resource Manager and its answer, free of HTTP's machinery. */
export interface ArmRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  /** Parsed JSON, undefined without a body. */
  body: unknown;
  /** Values of the route's `{names}`, decoded. */
  parameters: Readonly<Record<string, string>>;
  /** `https://127.0.0.1:1234`: where the client reaches this server. */
  origin: string;
}

export interface ArmResponse {
  status: number;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

export interface ArmRoute {
  method: string;
  /** `/subscriptions/{subscription}/resourcegroups/{group}`; matched without regard to case. */
  template: string;
  handle(request: ArmRequest): ArmResponse | Promise<ArmResponse>;
}

/** The route's parameters when the path fits its template. */
export function matchTemplate(template: string, path: string): Record<string, string> | undefined {
  const wanted = template.split('/');
  const found = path.replace(/\/+$/, '').split('/');
  if (wanted.length !== found.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const actual = found[index] ?? '';
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined) {
      if (part.toLowerCase() !== actual.toLowerCase()) return undefined;
      continue;
    }
    if (actual === '') return undefined;
    try {
      parameters[name] = decodeURIComponent(actual);
    } catch {
      return undefined;
    }
  }
  return parameters;
}
