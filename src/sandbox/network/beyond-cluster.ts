import type { AcceptedConnection, PodListener } from './pod-network.ts';

/** What a cluster's network reaches beyond its pods and Services. It knows no cluster. */
export interface BeyondCluster {
  /** A records of a lower-case name without trailing dot; none where nobody has it. */
  resolve(name: string): readonly string[];
  /** Undefined where no host has this address. */
  hostAt(ip: string): OutsideHost | undefined;
}

export type HostListen = (port: number, onConnection: (connection: AcceptedConnection) => void) => Promise<PodListener>;

export interface OutsideHost {
  /** Called once, when somebody connects for the first time. */
  start(listen: HostListen): Promise<void>;
}
