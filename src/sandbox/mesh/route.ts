import { RE2JS } from 're2js';
import type { Principals, Route, RouteConfig, VirtualHost } from './proxy-config.ts';

/** Which route of a configuration a request takes. Pure: it sends nothing and knows no clock. */
export interface RequestFacts {
  authority: string;
  method: string;
  /** With the query string. */
  path: string;
  /** Lower-case names; a repeated header's values are joined by commas. */
  header(name: string): string | undefined;
}

export type RouteChoice =
  | { status: 'routed'; virtualHost: VirtualHost; route: Route }
  | { status: 'no-virtual-host' }
  | { status: 'no-route'; virtualHost: VirtualHost };

type Matcher = (text: string) => boolean;

/** Compiled once, when the configuration arrives; looked up for every request. */
export interface CompiledRoutes {
  readonly config: RouteConfig;
  choose(request: RequestFacts): RouteChoice;
}

const matchers = new Map<string, Matcher>();
/** More patterns than any mesh of a lesson has; past it the cache starts anew instead of growing. */
const matcherCacheLimit = 2000;

/** RE2 over the whole text, as Envoy's safe_regex. An invalid pattern matches nothing. */
export function fullMatch(pattern: string): Matcher {
  const known = matchers.get(pattern);
  if (known) return known;
  if (matchers.size >= matcherCacheLimit) matchers.clear();
  const compiled = compilePattern(pattern);
  matchers.set(pattern, compiled);
  return compiled;
}

function compilePattern(pattern: string): Matcher {
  if (pattern === '.*') return (text) => !text.includes('\n');
  if (/^[\w/-]*$/.test(pattern)) return (text) => text === pattern;
  try {
    const regex = RE2JS.compile(pattern);
    return (text) => regex.testExact(text);
  } catch {
    return () => false;
  }
}

export function isValidRegex(pattern: string): boolean {
  try {
    RE2JS.compile(pattern);
    return true;
  } catch {
    return false;
  }
}

function pathMatcher({ path }: Route): Matcher {
  switch (path.type) {
    case 'prefix':
      return (text) => text.startsWith(path.prefix);
    case 'regex': {
      const matches = fullMatch(path.regex);
      // Envoy matches a safe_regex against the path without its query string.
      return (text) => {
        const query = text.indexOf('?');
        return matches(query < 0 ? text : text.slice(0, query));
      };
    }
  }
}

function routeMatcher(route: Route): (request: RequestFacts) => boolean {
  const path = pathMatcher(route);
  const method = route.method === undefined ? undefined : fullMatch(route.method);
  const headers = route.headers.map(({ name, regex }) => ({ name, matches: fullMatch(regex) }));
  return (request) =>
    path(request.path) &&
    (method === undefined || method(request.method)) &&
    headers.every(({ name, matches }) => {
      const value = name === ':authority' ? request.authority : name === 'host' ? undefined : request.header(name);
      return value !== undefined && matches(value);
    });
}

export function compileRoutes(config: RouteConfig): CompiledRoutes {
  const byDomain = new Map<string, { virtualHost: VirtualHost; routes: [Route, (r: RequestFacts) => boolean][] }>();
  for (const virtualHost of config.virtualHosts) {
    const compiled = {
      virtualHost,
      routes: virtualHost.routes.map((route): [Route, (r: RequestFacts) => boolean] => [route, routeMatcher(route)]),
    };
    for (const domain of virtualHost.domains) byDomain.set(domain.toLowerCase(), compiled);
  }
  return {
    config,
    choose(request) {
      const host = byDomain.get(request.authority.toLowerCase()) ?? byDomain.get('*');
      if (!host) return { status: 'no-virtual-host' };
      // First match wins, then its principals are final.
      const found = host.routes.find(([, matches]) => matches(request));
      return found
        ? { status: 'routed', virtualHost: host.virtualHost, route: found[0] }
        : { status: 'no-route', virtualHost: host.virtualHost };
    },
  };
}

/** Whether a peer with these DNS SANs is one of the principals. */
export function isPrincipal(principals: Principals, peerNames: readonly string[]): boolean {
  return principals.type === 'any' || peerNames.some((name) => principals.names.includes(name));
}

/** Envoy's weighted choice: `roll` in [0, 1). Undefined when the weights add up to nothing. */
export function chooseWeighted<T extends { weight: number }>(choices: readonly T[], roll: number): T | undefined {
  if (choices.length === 1) return choices[0];
  const total = choices.reduce((sum, { weight }) => sum + weight, 0);
  let rest = roll * total;
  for (const choice of choices) {
    if (rest < choice.weight) return choice;
    rest -= choice.weight;
  }
  return undefined;
}
