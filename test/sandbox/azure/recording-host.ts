import type { ClusterAccess, ClusterHost, ClusterSpec } from '../../../src/sandbox/azure/cluster-host.ts';

/** The port's double: remembers what Resource Manager asked of it, and can be told to fail or to hold. */
export class RecordingHost implements ClusterHost {
  readonly calls: string[] = [];
  readonly running = new Map<string, ClusterAccess>();
  failWith: Error | undefined;
  hold: Promise<void> = Promise.resolve();

  async start(spec: ClusterSpec): Promise<ClusterAccess> {
    this.calls.push(`start ${spec.id} ${spec.kubernetesVersion} nodes=${spec.nodeCount} osm=${spec.openServiceMesh}`);
    await this.hold;
    if (this.failWith) throw this.failWith;
    const access = { server: 'https://127.0.0.1:6443', caPem: 'CA of the cluster', token: `token-${spec.name}` };
    this.running.set(spec.id, access);
    return access;
  }

  access(id: string): ClusterAccess | undefined {
    return this.running.get(id);
  }

  async enableOpenServiceMesh(id: string): Promise<void> {
    this.calls.push(`enable ${id}`);
  }

  async disableOpenServiceMesh(id: string): Promise<void> {
    this.calls.push(`disable ${id}`);
  }

  async delete(id: string): Promise<void> {
    this.calls.push(`delete ${id}`);
    this.running.delete(id);
  }
}
