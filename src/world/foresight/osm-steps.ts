import type { Unforeseen } from './foresight.ts';
import type { Step } from './plan.ts';
import { textOf, type Word } from './shell-words.ts';

/** What the osm CLI's changing commands send to the API server (OSM 1.2: cmd/cli/namespace_*.go, metrics_*.go). Pure. */
const monitoredBy = 'openservicemesh.io/monitored-by';
const sidecarInjection = 'openservicemesh.io/sidecar-injection';
const ignore = 'openservicemesh.io/ignore';
const metrics = 'openservicemesh.io/metrics';

const scrape = (enabled: boolean): object => {
  const annotations = { scrape: 'true', port: '15010', path: '/stats/prometheus' };
  return {
    metadata: {
      annotations: Object.fromEntries(
        Object.entries(annotations).map(([name, value]) => [`prometheus.io/${name}`, enabled ? value : null]),
      ),
    },
  };
};

const readsOnly = /^(version|env|verify|support|policy|proxy|completion|help|--help)$/;

export function osmStep(words: readonly Word[], text: string): Step[] {
  const unforeseen = (why: Unforeseen): Step[] => [{ type: 'unforeseen', text, why }];
  const texts = words.map(textOf);
  const [topic = '', action = ''] = texts;
  if (readsOnly.test(topic) || (topic === 'mesh' && action === 'list')) return [];
  if (/^(namespace|ns)$/.test(topic) && action === 'list') return [];
  const rest = texts.slice(2);
  if (rest.some((word) => word === undefined)) return unforeseen({ reason: 'unknown-word', of: text });
  const known = rest.flatMap((word) => (word === undefined ? [] : [word]));
  if (topic === 'namespace' || topic === 'ns')
    return namespaceStep(action, known, text) ?? unforeseen({ reason: 'no-dry-run', of: `osm ${topic} ${action}` });
  if (topic === 'metrics')
    return metricsStep(action, known, text) ?? unforeseen({ reason: 'no-dry-run', of: `osm ${topic} ${action}` });
  return unforeseen({ reason: 'no-dry-run', of: `osm ${topic}` });
}

function namespaceStep(action: string, words: readonly string[], text: string): Step[] | undefined {
  const mesh = flagOf(words, '--mesh-name') ?? 'osm';
  const namespaces = operands(words, ['--mesh-name']);
  if (namespaces.length === 0) return undefined;
  switch (action) {
    case 'add': {
      const injection = words.includes('--disable-sidecar-injection') ? 'disabled' : 'enabled';
      return [{ type: 'add-to-mesh', namespaces, mesh, injection, text }];
    }
    case 'remove': {
      const labels = { [monitoredBy]: null, [ignore]: null };
      const annotations = { [sidecarInjection]: null, [metrics]: null };
      return [{ type: 'patch-namespace', namespaces, patch: { metadata: { labels, annotations } }, text }];
    }
    case 'ignore':
      return [{ type: 'patch-namespace', namespaces, patch: { metadata: { labels: { [ignore]: 'true' } } }, text }];
    default:
      return undefined;
  }
}

export const meshPatch = (mesh: string, injection: string): object => ({
  metadata: { labels: { [monitoredBy]: mesh }, annotations: { [sidecarInjection]: injection } },
});

/** The mesh that a namespace's labels name. */
export const meshOf = (labels: Readonly<Record<string, string>> | undefined): string | undefined =>
  labels?.[monitoredBy];

function metricsStep(action: string, words: readonly string[], text: string): Step[] | undefined {
  const named = flagOf(words, '--namespace') ?? flagOf(words, '-n');
  if (named === undefined || (action !== 'enable' && action !== 'disable')) return undefined;
  const isOn = action === 'enable';
  const patch = { metadata: { annotations: { [metrics]: isOn ? 'enabled' : null } } };
  return [{ type: 'patch-namespace', namespaces: named.split(','), patch, podPatch: scrape(isOn), text }];
}

function flagOf(words: readonly string[], name: string): string | undefined {
  const at = words.findIndex((word) => word === name || word.startsWith(`${name}=`));
  return at < 0 ? undefined : (words[at]?.split('=')[1] ?? words[at + 1]);
}

const operands = (words: readonly string[], withValue: readonly string[]): string[] =>
  words.filter((word, index) => !word.startsWith('-') && !withValue.includes(words[index - 1] ?? ''));
