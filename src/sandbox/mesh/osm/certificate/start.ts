import type { Random } from '../../../../platform/random.ts';
import type { RsaKeys } from '../../../pki/rsa-keys.ts';
import type { ComponentFlags } from '../component-flags.ts';
import { type FatalParts, fatalEvent } from '../fatal-event.ts';
import type { OsmInstall } from '../names.ts';
import { readMeshConfig } from '../read-snapshot.ts';
import { untilServed } from '../served-kinds.ts';
import { CertificateManager } from './manager.ts';
import {
  fromFlags,
  issuerFor,
  type MeshRootCertificate,
  meshRootCertificates,
  roleOf,
} from './mesh-root-certificate.ts';

export interface CertificateParts extends FatalParts {
  random: Random;
  keys: RsaKeys;
  install: OsmInstall;
  flags: ComponentFlags;
  signal: AbortSignal;
  /** Multiplies how long a component waits for its first root. */
  delayFactor: number;
}

/** The manager, or undefined after the component has said why it can't go on without one. */
export async function certificateManagerFor(
  component: 'osm-controller' | 'osm-injector',
  parts: CertificateParts,
): Promise<CertificateManager | undefined> {
  try {
    return await startCertificateManager(parts);
  } catch (error) {
    if (parts.signal.aborted) return undefined;
    const kind = parts.flags.string('certificate-manager', 'tresor');
    const doing = component === 'osm-controller' ? 'fetching' : 'initializing';
    const from = parts.flags.bool('enable-mesh-root-certificate', false) ? ' from MRC' : '';
    await fatalEvent(parts, `${component}/main`, {
      reason: 'FatalInvalidCertificateManager',
      message: `Error ${doing} certificate manager of kind ${kind}${from}`,
      cause: error as Error,
    });
    return undefined;
  }
}

/** pkg/certificate/manager.go. What is under way then may end: making a key takes longer here than a pod's pace allows for. */
const patienceMs = 10_000;
/** For others to sign, whatever the pace. */
const shortestPatienceMs = 1000;
const [fewestBits, mostBits] = [2048, 4096];

/**
 * The certificate manager of one component, once it has an issuer. With the feature flag it follows the
 * MeshRootCertificates of its namespace: those that are there and those that come; what is changed in one later counts
 * after a restart, as in OSM 1.2. Rejects when there is none in time that works.
 */
export async function startCertificateManager(parts: CertificateParts): Promise<CertificateManager> {
  const { api, clock, random, log, install, flags, signal, delayFactor } = parts;
  const manager = new CertificateManager({
    clock,
    random,
    log,
    serviceValidity: () => readMeshConfig(api, install).certificate?.serviceCertValidityDuration,
  });
  const keyBits = certKeyBits(parts);
  const ready = Promise.withResolvers<void>();
  const take = async (root: MeshRootCertificate) => {
    const role = roleOf(root);
    if (role === 'none') return;
    const issuer = await issuerFor(root, {
      ...parts,
      keyBits,
      patienceMs: Math.max(shortestPatienceMs, patienceMs * delayFactor),
    });
    manager.use({
      ...(role === 'validating' ? {} : { signing: issuer }),
      ...(role === 'signing' ? {} : { validating: issuer }),
    });
    if (manager.isReady) ready.resolve();
  };
  let queue = Promise.resolve();
  const add = (root: MeshRootCertificate) => {
    queue = queue
      .then(() => take(root))
      .catch((error: Error) => log.error('certificate', 'error encountered processing MRCEvent', error));
  };
  let unfollow = () => {};
  if (flags.bool('enable-mesh-root-certificate', false)) {
    await untilServed(api, clock, [meshRootCertificates], signal);
    unfollow = follow(parts, add);
  } else add(fromFlags(flags, install));
  const giveUp = () =>
    ready.reject(new Error('manager initialization timed out. Make sure your MeshRootCertificate(s) are valid'));
  const cancel = clock.after(patienceMs * delayFactor, () => void queue.then(giveUp));
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await ready.promise;
  } catch (error) {
    unfollow();
    throw error;
  } finally {
    cancel();
    signal.removeEventListener('abort', giveUp);
  }
  return manager;
}

function follow({ api, install, signal }: CertificateParts, add: (root: MeshRootCertificate) => void): () => void {
  const stop = api.watch(meshRootCertificates, ({ type, object }) => {
    if (type === 'ADDED' && object.metadata.namespace === install.namespace) add(object);
  });
  signal.addEventListener('abort', stop, { once: true });
  return stop;
}

/** Read once, when the component starts. */
function certKeyBits({ api, install, log }: CertificateParts): number {
  const bits = readMeshConfig(api, install).certificate?.certKeyBitSize ?? 0;
  if (bits >= fewestBits && bits <= mostBits) return bits;
  log.error('configurator', `Invalid key bit size: ${bits}`);
  return fewestBits;
}
