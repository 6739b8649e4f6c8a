import { X509Certificate } from 'node:crypto';
import type { KubeClient } from '../../kube/client.ts';
import { secrets } from '../../kube/resources.ts';
import { askCluster, notYet, passed, remembered, unknown, wrong } from '../answers.ts';
import { type CheckKind, SpecProblem } from '../check.ts';
import { adminGet, findClient } from '../sidecar.ts';
import { type NamespacedName, nameOf, SpecFields } from '../spec-fields.ts';

interface Spec {
  of: NamespacedName;
  identity: string;
  /** A Secret whose certificate must be the one that the sidecar checks others against. */
  root: NamespacedName | undefined;
  /** Minutes from its beginning to its end, at most. */
  lives: number | undefined;
  renewed: boolean;
}

const fields = {
  of: { description: 'the Deployment whose sidecars show it, as namespace/name', required: true },
  identity: { description: 'the name in it: bookbuyer.bookbuyer.cluster.local', required: true },
  root: { description: 'a Secret, as namespace/name, whose ca.crt must be the root that the sidecar trusts' },
  lives: { description: 'how many minutes it may be valid in all, at most' },
  renewed: { description: 'true: it must be another one than when the task began' },
};

export const certificate: CheckKind<Spec> = {
  kind: 'certificate',
  temper: 'level',
  summary: "The certificate that a workload's sidecars show to others, as their admin page tells.",
  fields,
  parse(raw) {
    const spec = new SpecFields(raw, fields);
    const lives = spec.has('lives') ? spec.number('lives', 0, { above: 0 }) : undefined;
    const identity = spec.text('identity');
    if (!/^[\w-]+\.[\w-]+\.[\w.-]+$/.test(identity)) {
      throw new SpecProblem('identity', 'must be account.namespace.trust-domain: bookbuyer.bookbuyer.cluster.local.');
    }
    const root = spec.has('root') ? spec.namespacedName('root') : undefined;
    return { of: spec.namespacedName('of'), identity, root, lives, renewed: spec.flag('renewed', false) };
  },
  describe(spec, { conditions: { certificate: words } }) {
    const parts = [
      ...(spec.lives === undefined ? [] : [words.atMost(spec.lives)]),
      ...(spec.root ? [words.underRoot(nameOf(spec.root))] : []),
      ...(spec.renewed ? [words.another] : []),
    ];
    return words.title(nameOf(spec.of), spec.identity, parts);
  },
  subject: (spec) => `certificate of ${nameOf(spec.of)}`,
  verify: (spec, probe) =>
    askCluster(probe, async (kube) => {
      const words = probe.words.conditions.certificate;
      const expected = words.expected(spec.identity);
      const client = await findClient(kube, spec.of, expected, probe.words);
      if (client.status === 'answered') return client.result;
      const first = remembered(probe, 'first', SerialsBefore, () => new SerialsBefore());
      const root = spec.root && (await rootIn(kube, spec.root));
      let seen = '';
      for (const pod of client.pods) {
        const name = pod.metadata.name ?? '';
        const tryThis = `osm proxy get certs ${name} -n ${spec.of.namespace}`;
        const page = readCertificates(await adminGet(kube, pod, '/certs', probe.signal));
        if (!page) return unknown(words.unreadable(name), tryThis);
        const shown = page.find(({ names }) => names.length > 0);
        // A sidecar that was not configured yet has none.
        if (!shown) return notYet({ expected, saw: words.noneYet(name), tryThis });
        const uid = pod.metadata.uid ?? '';
        const serialBefore = first.get(uid) ?? shown.serial;
        first.set(uid, serialBefore);
        const on = words.sidecarOf(`${spec.of.namespace}/${name}`);
        if (!shown.names.includes(spec.identity)) return wrong({ expected, saw: shown.names.join(', '), on, tryThis });
        if (spec.lives !== undefined && shown.minutes > spec.lives) {
          return notYet({
            expected: words.minutesAtMost(spec.lives),
            saw: words.validFor(shown.minutes),
            tryThis,
          });
        }
        if (spec.renewed && shown.serial === serialBefore) {
          return notYet({ expected: words.aNewOne, saw: words.stillThatOne(shown.serial), tryThis });
        }
        if (root !== undefined && !shown.roots.includes(root.serial)) {
          const saw = words.itsRoot(shown.roots.join(', '));
          return notYet({ expected: words.wantedRoot(root.serial), saw, tryThis });
        }
        seen = words.facts(shown.names.join(', '), shown.serial, shown.minutes);
      }
      return passed(seen);
    }),
};

class SerialsBefore extends Map<string, string> {}

interface ShownCertificate {
  names: string[];
  serial: string;
  minutes: number;
  /** Serial numbers of the roots that stand beside it. */
  roots: string[];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objects = (value: unknown) => (Array.isArray(value) ? value.filter(isObject) : []);

/** Envoy's `/certs`; undefined when it is no such page. */
function readCertificates(body: string): ShownCertificate[] | undefined {
  let page: unknown;
  try {
    page = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!isObject(page)) return undefined;
  return objects(page['certificates']).flatMap((entry) => {
    const roots = objects(entry['ca_cert']).map((root) => serialOf(root['serial_number']));
    return objects(entry['cert_chain']).map((chain) => ({
      names: objects(chain['subject_alt_names']).map((name) => String(name['dns'] ?? name['uri'] ?? '')),
      serial: serialOf(chain['serial_number']),
      minutes: Math.round(
        (Date.parse(String(chain['expiration_time'])) - Date.parse(String(chain['valid_from']))) / 60_000,
      ),
      roots,
    }));
  });
}

/** Envoy prints lower case, Node upper case, and both leave out what they think needless. */
const serialOf = (value: unknown) => String(value).toLowerCase().replace(/^0+/, '');

async function rootIn(kube: KubeClient, name: NamespacedName): Promise<{ serial: string } | undefined> {
  const secret = await kube.get(secrets, name.name, name.namespace);
  const data = secret && isObject(secret['data']) ? secret['data'] : {};
  const pem = Buffer.from(String(data['ca.crt'] ?? ''), 'base64').toString();
  return pem.includes('BEGIN CERTIFICATE') ? { serial: serialOf(new X509Certificate(pem).serialNumber) } : undefined;
}
