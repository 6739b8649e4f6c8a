import type { NetworkRbac } from './proxy-config.ts';
import { isPrincipal } from './route.ts';

/** Envoy's network RBAC filter: whether a peer with these DNS SANs may connect to this port at all. Pure. */
export function isConnectionAllowed(
  rbac: NetworkRbac | undefined,
  peerNames: readonly string[],
  destinationPort: number,
): boolean {
  if (!rbac) return true;
  return rbac.policies.some(
    ({ principals, destinationPorts }) =>
      isPrincipal(principals, peerNames) &&
      (destinationPorts.length === 0 || destinationPorts.includes(destinationPort)),
  );
}
