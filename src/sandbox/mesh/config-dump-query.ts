import { StatusText } from './admin-answer.ts';

/**
 * `/config_dump?resource=…&name_regex=…&mask=…`: a part of the dump, as Envoy cuts it (source/server/admin/config_dump_handler.cc).
 * Knows the dump's shape and none of its contents.
 */
type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Message names of the repeated fields, which their elements bear as @type. */
const messages: Readonly<Record<string, string>> = {
  static_clusters: 'StaticCluster',
  dynamic_active_clusters: 'DynamicCluster',
  static_listeners: 'StaticListener',
  dynamic_listeners: 'DynamicListener',
  static_route_configs: 'StaticRouteConfig',
  dynamic_route_configs: 'DynamicRouteConfig',
  static_secrets: 'StaticSecret',
  dynamic_active_secrets: 'DynamicSecret',
  static_endpoint_configs: 'StaticEndpointConfig',
  dynamic_endpoint_configs: 'DynamicEndpointConfig',
};

export function selectConfig(configs: readonly Fields[], query: URLSearchParams): readonly Fields[] {
  const [resource, mask, nameRegex] = [query.get('resource'), query.get('mask'), query.get('name_regex')];
  const named = nameRegex === null ? configs : matching(configs, nameRegex);
  const chosen = resource === null ? named : elements(named, resource);
  if (mask === null) return chosen;
  const paths = mask.split(',').map((path) => path.trim().split('.'));
  return chosen.map((config) => ({ '@type': config['@type'], ...masked(config, paths) }));
}

function elements(configs: readonly Fields[], resource: string): Fields[] {
  for (const config of configs) {
    const value = config[resource];
    if (value === undefined) continue;
    if (!Array.isArray(value)) {
      throw new StatusText(400, `${resource} is not a repeated field. Use ?mask=${resource} to get only this field\n`);
    }
    const type = `${String(config['@type'])}.${messages[resource] ?? resource}`;
    return value.filter(isFields).map((element) => ({ '@type': type, ...element }));
  }
  throw new StatusText(404, `${resource} not found in config dump\n`);
}

/** Keeps the elements of repeated fields whose own name, or whose resource's, matches wholly. */
function matching(configs: readonly Fields[], text: string): Fields[] {
  const regex = regexOf(text);
  const nameOf = (element: Fields): string => {
    const inner = [element, ...Object.values(element).filter(isFields)];
    const withName = inner.find((fields) => typeof fields['name'] === 'string' || 'cluster_name' in fields);
    return String(withName?.['name'] ?? withName?.['cluster_name'] ?? '');
  };
  return configs.map((config) =>
    Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        key,
        Array.isArray(value) ? value.filter((element) => isFields(element) && regex.test(nameOf(element))) : value,
      ]),
    ),
  );
}

function regexOf(text: string): RegExp {
  try {
    return new RegExp(`^(?:${text})$`);
  } catch {
    throw new StatusText(400, `Error while parsing name_regex from ${text}\n`);
  }
}

/** A field mask: each path keeps what lies under it, through repeated fields too. */
function masked(fields: Fields, paths: readonly (readonly string[])[]): Fields {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    const under = paths.filter(([head]) => head === key).map(([, ...rest]) => rest);
    if (under.length === 0) continue;
    if (under.some((rest) => rest.length === 0)) kept[key] = value;
    else if (isFields(value)) kept[key] = masked(value, under);
    else if (Array.isArray(value)) kept[key] = value.map((one: unknown) => (isFields(one) ? masked(one, under) : one));
  }
  return kept;
}
