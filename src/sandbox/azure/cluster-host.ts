/** What Resource Manager needs from whoever runs the Kubernetes side of a managed cluster. */
export interface ClusterSpec {
  /** `<group>/<name>`, unique in the sandbox. */
  id: string;
  name: string;
  resourceGroup: string;
  nodeResourceGroup: string;
  location: string;
  kubernetesVersion: string;
  nodePoolName: string;
  nodeCount: number;
  vmSize: string;
  openServiceMesh: boolean;
}

export interface ClusterAccess {
  /** `https://127.0.0.1:<port>` */
  server: string;
  caPem: string;
  /** Bearer token of the cluster's user. */
  token: string;
}

export interface ClusterHost {
  /** Brings the cluster up (or back up after a restart); resolves when its API answers and its nodes are Ready. */
  start(spec: ClusterSpec): Promise<ClusterAccess>;
  access(id: string): ClusterAccess | undefined;
  enableOpenServiceMesh(id: string): Promise<void>;
  disableOpenServiceMesh(id: string): Promise<void>;
  /** Stops it and deletes its state. */
  delete(id: string): Promise<void>;
}
