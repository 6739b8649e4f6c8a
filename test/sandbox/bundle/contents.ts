import type { KubeObject } from '../../../src/kube/objects.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { newAzureState } from '../../../src/sandbox/azure/azure-state.ts';
import type { SandboxBundle } from '../../../src/sandbox/bundle/bundle.ts';
import { CertificateAuthority } from '../../../src/sandbox/pki/authority.ts';
import type { SandboxContents } from '../../../src/sandbox/server/contents.ts';

/** A sandbox with one cluster of these objects; its user's token is `the-token-of-one`. */
export const token = 'the-token-of-one';

const plural = ({ kind = '' }: KubeObject): string => `${kind.toLowerCase()}s`;

export function contentsWith(...objects: KubeObject[]): SandboxContents {
  const authority = CertificateAuthority.create(systemClock, { commonName: 'kubernetes' }).pair();
  return {
    azure: newAzureState(),
    clusters: [
      {
        id: 'rg/one',
        identity: JSON.stringify({ version: 1, authority, token, tokenKey: 'a2V5', port: 4711 }),
        objects: objects.map((object, place) => ({
          kind: plural(object),
          object: { ...object, metadata: { resourceVersion: String(place + 1), ...object.metadata } },
        })),
      },
    ],
    kubeconfig: '',
  };
}

export const secret = (name: string, data: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'shop' },
  data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')])),
});

/** What all Secrets hold, in order. */
export const textsOf = ({ clusters }: SandboxBundle): string[] =>
  clusters.flatMap(({ objects }) =>
    objects.flatMap(({ object }) =>
      Object.values((object['data'] ?? {}) as Record<string, string>).map((value) =>
        Buffer.from(value, 'base64').toString('utf8'),
      ),
    ),
  );
