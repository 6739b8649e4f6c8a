import { startCertManager } from '../../cert-manager/controller.ts';
import { certificateRequests, certificates, clusterIssuers, issuers } from '../../cert-manager/kinds.ts';
import type { ClusterApi } from '../../cluster-api.ts';
import { untilServed } from '../../mesh/osm/served-kinds.ts';
import type { RsaKeys } from '../../pki/rsa-keys.ts';
import type { ImageProgram } from '../program.ts';

/** cert-manager's controller, for certificates of a mesh that others sign. Its kinds come with its manifest. */
export function certManager({ api, keys }: { api: ClusterApi; keys: RsaKeys }): ImageProgram {
  return {
    repositories: ['quay.io/jetstack/cert-manager-controller'],
    sizeBytes: 20_971_520,
    entrypoint: ['/app/cmd/controller/controller'],
    async run({ argv, clock, pod, signal, stdout }) {
      const named = argv.find((word) => word.startsWith('--cluster-resource-namespace='))?.split('=')[1];
      await untilServed(api, clock, [issuers, clusterIssuers, certificates, certificateRequests], signal);
      const clusterResourceNamespace = named && !named.startsWith('$') ? named : pod.namespace;
      stdout('I starting controller\n');
      const log = (line: string) => stdout(`${line}\n`);
      const stop = startCertManager({ api, clock, keys, clusterResourceNamespace, log });
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      stop();
      return 0;
    },
  };
}
