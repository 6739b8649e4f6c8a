import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../../kube/json-value.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { AzureState } from '../azure/azure-state.ts';
import { bootstrapFiles } from '../mesh/osm/injector/bootstrap.ts';
import type { ClusterContents, SandboxContents } from '../server/contents.ts';
import type { SandboxBundle } from './bundle.ts';
import { contextsOf, type KnownUser } from './contexts.ts';
import { mapPem, mapTexts } from './texts.ts';

/**
 * What of a sandbox may leave its machine. Private keys become the name of their public key, so that whoever opens the
 * bundle can make others that fit; tokens and what else Secrets hold become empty. Pure.
 */
export interface Sealed {
  bundle: SandboxBundle;
  /** What was emptied, for its owner to read: `secret bookbuyer/login: password`. */
  leftOut: readonly string[];
}

/** Label of what stands where a private key was: SHA-256 of its public key in DER, in hex, or `unknown`. */
export const keyLabel = 'MESHWALK KEY';

/** `isPublished`: whether a value stands in the course for everybody to read, and is no secret by whatever name. */
export function seal(contents: SandboxContents, isPublished: (value: string) => boolean): Sealed {
  const users = contents.clusters.map(userOf);
  const sealer = new Sealer(
    users.map(({ token }) => token),
    isPublished,
  );
  const clusters = contents.clusters.map(({ id, identity, objects }) => ({
    id,
    authority: readIdentity(identity).authority,
    objects: objects.map(({ kind, object }) => ({ kind, object: sealer.object(kind, object) })),
  }));
  const azure = contents.azure && withoutKeys(contents.azure);
  return { bundle: { azure, clusters, ...contextsOf(contents.kubeconfig, users) }, leftOut: sealer.leftOut };
}

const userOf = ({ id, identity }: ClusterContents): KnownUser => ({ cluster: id, token: readIdentity(identity).token });

/** Of identity.json; a damaged one is made anew at the next start, and so is what it says here. */
function readIdentity(text = ''): { authority: string; token: string } {
  try {
    const { authority, token } = JSON.parse(text) as { authority: { certPem: string }; token: string };
    return { authority: authority.certPem, token };
  } catch {
    return { authority: '', token: '' };
  }
}

/** The public half of a learner's SSH key, which names them and their machine. */
const withoutKeys = (azure: AzureState): AzureState => ({
  ...azure,
  clusters: Object.fromEntries(
    Object.entries(azure.clusters).map(([key, cluster]) => [key, { ...cluster, sshPublicKey: null }]),
  ),
});

/** Words in the names of fields and variables whose values are nobody else's business. */
const secretName = /passw|passphrase|secret|token|credential|api_?-?key|private_?-?key|connection_?-?string/i;
const jsonWebToken = /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}/g;
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
const certificateKinds = /-----BEGIN (?:CERTIFICATE|MESHWALK KEY|PUBLIC KEY)-----[\s\S]*?-----END [A-Z ]+-----/g;

class Sealer {
  readonly #tokens: readonly string[];
  readonly #isPublished: (value: string) => boolean;
  readonly #leftOut = new Set<string>();

  constructor(tokens: readonly string[], isPublished: (value: string) => boolean) {
    this.#tokens = tokens.filter((token) => token !== '');
    this.#isPublished = isPublished;
  }

  get leftOut(): readonly string[] {
    return [...this.#leftOut].sort();
  }

  object(kind: string, object: KubeObject): KubeObject {
    const { namespace, name } = object.metadata;
    const where = `${kind.replace(/s(\.|$)/, '$1')} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
    const open = mapTexts(object, (text) => this.#text(text));
    if (kind === 'secrets') return this.#secret(open, where);
    const values = kind === 'configmaps' ? { ...open, data: this.#entries(open['data'], where) } : open;
    return withLastApplied(this.#variables(values, where) as KubeObject, (applied) => this.#variables(applied, where));
  }

  #text(text: string): string {
    const withoutTokens = this.#tokens.reduce((rest, token) => rest.replaceAll(token, ''), text);
    return mapPem(withoutTokens.replaceAll(jsonWebToken, ''), ({ label, pem }) =>
      label.endsWith('PRIVATE KEY') ? sealedKey(pem) : pem,
    );
  }

  /** Certificates and keys stay, as do the files of a sidecar; anything else may be whatever its owner typed. */
  #secret(secret: KubeObject, where: string): KubeObject {
    const isBootstrap = secret.metadata.name?.startsWith('envoy-bootstrap-config-') ?? false;
    const data: JsonObject = isJsonObject(secret['data']) ? secret['data'] : {};
    const kept = Object.entries(data).map(([key, value]) => {
      const text = Buffer.from(String(value), 'base64').toString('utf8');
      const isOurs = isBootstrap && bootstrapKeys.has(key);
      if (isOurs || text.replaceAll(certificateKinds, '').trim() === '') return [key, value];
      this.#leftOut.add(`${where}: ${key}`);
      return [key, ''];
    });
    const { [lastApplied]: _, ...annotations } = secret.metadata.annotations ?? {};
    return { ...secret, metadata: { ...secret.metadata, annotations }, data: Object.fromEntries(kept) };
  }

  /** Fields of a map that are called like a secret. */
  #entries(data: unknown, where: string): unknown {
    if (!isJsonObject(data)) return data;
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [
        key,
        typeof value === 'string' ? this.#value(key, value, where) : value,
      ]),
    );
  }

  /** Variables of containers, `{ name, value }`, wherever they stand. */
  #variables(value: unknown, where: string): unknown {
    if (Array.isArray(value)) return value.map((one) => this.#variables(one, where));
    if (!isJsonObject(value)) return value;
    const { name, value: text } = value;
    if (typeof name === 'string' && typeof text === 'string')
      return { ...value, value: this.#value(name, text, where) };
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.#variables(one, where)]));
  }

  #value(name: string, value: string, where: string): string {
    if (value === '' || !secretName.test(name) || this.#isPublished(value)) return value;
    this.#leftOut.add(`${where}: ${name}`);
    return '';
  }
}

const bootstrapKeys: ReadonlySet<string> = new Set(Object.values(bootstrapFiles));

/** What `kubectl apply` wrote down of an object is the object once more. */
function withLastApplied(object: KubeObject, change: (applied: unknown) => unknown): KubeObject {
  const text = object.metadata.annotations?.[lastApplied];
  if (text === undefined) return object;
  const annotations = { ...object.metadata.annotations, [lastApplied]: JSON.stringify(change(parsed(text))) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function sealedKey(pem: string): string {
  return `-----BEGIN ${keyLabel}-----\n${nameOfKey(pem)}\n-----END ${keyLabel}-----\n`.trimEnd();
}

function nameOfKey(pem: string): string {
  try {
    return keyName(createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'der' }));
  } catch {
    return 'unknown';
  }
}

/** Of a public key in DER. */
export const keyName = (spki: Buffer): string => createHash('sha256').update(spki).digest('hex');
