import { parseIptablesScript, whyScriptRefused } from '../../mesh/osm/injector/iptables.ts';
import type { ImageProgram } from '../program.ts';

/** The init container that turns the pod's traffic towards its sidecar: a shell that knows iptables-restore alone. */
export const osmInit: ImageProgram = {
  repositories: ['mcr.microsoft.com/oss/openservicemesh/init', 'openservicemesh/init'],
  sizeBytes: 8_388_608,
  entrypoint: ['/bin/sh'],
  executables: ['sh'],
  user: 0,
  async run({ argv, sockets, stderr }) {
    const script = argv[argv.indexOf('-c') + 1] ?? '';
    const refusal = whyScriptRefused(script);
    if (refusal) {
      stderr(refusal);
      return 2;
    }
    const redirects = parseIptablesScript(script);
    if (!redirects) {
      stderr('iptables-restore: these are not the rules of a sidecar, which is all that this image understands\n');
      return 2;
    }
    sockets.redirect(redirects);
    return 0;
  },
};
