import type { Clock } from '../../../../platform/clock.ts';
import {
  type CertificateRequestObject,
  certificateRequests,
  type IssuerReference,
} from '../../../cert-manager/kinds.ts';
import type { ClusterApi } from '../../../cluster-api.ts';
import type { KeyPair } from '../../../pki/authority.ts';
import { createCertificateRequest } from '../../../pki/certificate-request.ts';
import type { RsaKeys } from '../../../pki/rsa-keys.ts';
import type { Issuer } from './issuer.ts';

interface Parts {
  id: string;
  trustDomain: string;
  api: ClusterApi;
  clock: Clock;
  keys: RsaKeys;
  keyBits: number;
  /** Where the requests are made: the control plane's. */
  namespace: string;
  issuerRef: IssuerReference;
}

/** pkg/certificate/providers/certmanager: as long as OSM waits for cert-manager. */
const patienceMs = 60_000;
const initValidityMs = 1000;
const base64 = (text: string) => Buffer.from(text).toString('base64');
const decode = (text: string | undefined) => Buffer.from(text ?? '', 'base64').toString();

/** Has certificates signed by a cert-manager issuer, one CertificateRequest each, which is removed afterwards. */
export class CertManagerIssuer implements Issuer {
  readonly id: string;
  readonly trustDomain: string;
  readonly caPem: string;
  readonly #parts: Parts;

  private constructor(parts: Parts, caPem: string) {
    this.id = parts.id;
    this.trustDomain = parts.trustDomain;
    this.caPem = caPem;
    this.#parts = parts;
  }

  /** Asks for a first certificate only to learn the issuer's CA. */
  static async connect(parts: Parts & { patienceMs: number }): Promise<CertManagerIssuer> {
    const { caPem } = await request(parts, 'init-cert', initValidityMs, parts.patienceMs);
    return new CertManagerIssuer(parts, caPem);
  }

  async issue(commonName: string, validityMs: number): Promise<KeyPair> {
    const { certPem, keyPem } = await request(this.#parts, commonName, validityMs, patienceMs);
    return { certPem, keyPem };
  }
}

async function request(
  parts: Parts,
  commonName: string,
  validityMs: number,
  waitMs: number,
): Promise<KeyPair & { caPem: string }> {
  const { api, keys, keyBits, namespace, issuerRef } = parts;
  const key = await keys.take(keyBits);
  const { metadata } = await api.create(certificateRequests, {
    apiVersion: 'cert-manager.io/v1',
    kind: 'CertificateRequest',
    metadata: { generateName: 'osm-', namespace },
    spec: {
      duration: `${Math.ceil(validityMs / 1000)}s`,
      isCA: false,
      usages: ['key encipherment', 'digital signature'],
      request: base64(createCertificateRequest(key, { commonName, dnsNames: [commonName] })),
      issuerRef: { ...issuerRef },
    },
  });
  const name = metadata.name ?? '';
  const { status } = await untilReady(parts, name, waitMs);
  await api.delete(certificateRequests, name, namespace);
  return {
    certPem: decode(status?.certificate),
    keyPem: key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    caPem: decode(status?.ca),
  };
}

function untilReady({ api, clock, namespace }: Parts, name: string, waitMs: number): Promise<CertificateRequestObject> {
  return new Promise((resolve, reject) => {
    let [stop, settled] = [() => {}, false];
    const settle = (end: () => void) => {
      settled = true;
      stop();
      cancel();
      end();
    };
    const cancel = clock.after(waitMs, () =>
      settle(() => reject(new Error(`timed out waiting for CertificateRequest ${namespace}/${name} to become ready`))),
    );
    stop = api.watch(certificateRequests, ({ type, object }) => {
      if (settled || object.metadata.name !== name || object.metadata.namespace !== namespace) return;
      const condition = (wanted: string) =>
        object.status?.conditions?.find((one) => one.type === wanted && one.status === 'True');
      const ready = object.status?.conditions?.find((one) => one.type === 'Ready');
      if (type === 'DELETED') settle(() => reject(new Error(`CertificateRequest ${namespace}/${name} was deleted`)));
      else if (condition('Ready')) settle(() => resolve(object));
      else if (ready?.reason === 'Failed' || condition('Denied') || condition('InvalidRequest')) {
        settle(() =>
          reject(new Error(`CertificateRequest ${namespace}/${name} failed: ${ready?.message ?? 'denied'}`)),
        );
      }
    });
    if (settled) stop();
  });
}
