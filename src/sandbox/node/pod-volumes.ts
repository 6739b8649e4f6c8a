import type { Container, Pod } from '../../kube/objects.ts';
import type { ClusterApi } from '../cluster-api.ts';
import {
  ContainerConfigError,
  configMapValues,
  expandVariables,
  fieldOf,
  type PodFacts,
  secretValues,
} from './container-environment.ts';
import type { Mount } from './processes/container-files.ts';
import { FileTree } from './processes/file-tree.ts';

interface KeyToPath {
  key: string;
  path: string;
}

interface ContentSource {
  name?: string;
  secretName?: string;
  optional?: boolean;
  items?: KeyToPath[];
}

interface DownwardSource {
  items?: { path: string; fieldRef?: { fieldPath: string } }[];
}

interface ProjectedSource {
  secret?: ContentSource;
  configMap?: ContentSource;
  downwardAPI?: DownwardSource;
  serviceAccountToken?: { path: string };
}

/** The parts of a volume that hold text. Everything else (emptyDir, claims, host paths) is an empty folder here. */
interface Volume {
  name: string;
  secret?: ContentSource;
  configMap?: ContentSource;
  downwardAPI?: DownwardSource;
  projected?: { sources?: ProjectedSource[] };
}

/** A token of the pod's service account, bound to the pod. */
export type IssueToken = (pod: Pod) => Promise<string | undefined>;

/**
 * The files that a pod's containers see in their mounts, read at the moment they are asked for, so that a changed
 * secret shows at the next read. It knows nothing of what the files mean.
 */
export class PodVolumes {
  readonly #cluster: ClusterApi;
  readonly #facts: PodFacts;
  readonly #token: string | undefined;
  readonly #scratches = new Map<string, FileTree>();

  constructor(cluster: ClusterApi, facts: PodFacts, token: string | undefined) {
    this.#cluster = cluster;
    this.#facts = facts;
    this.#token = token;
  }

  /** The first volume that can't be mounted yet, in the kubelet's words. */
  missing(): string | undefined {
    for (const volume of this.#volumes()) {
      try {
        this.#files(volume);
      } catch (error) {
        if (!(error instanceof ContainerConfigError)) throw error;
        return `MountVolume.SetUp failed for volume "${volume.name}" : ${error.message}`;
      }
    }
    return undefined;
  }

  /** The mounts of a container as its processes see them. Volumes without content of their own are shared folders. */
  mountsOf(container: Container): Mount[] {
    return (container.volumeMounts ?? []).map((mount) => {
      const path = mount.mountPath.replace(/\/+$/, '') || '/';
      const volume = this.#volumes().find((candidate) => candidate.name === mount.name);
      const isLive = volume && (volume.secret || volume.configMap || volume.downwardAPI || volume.projected);
      if (!volume || !isLive) {
        const tree = this.#scratch(mount.name);
        const below = (mount.subPath ?? '').split('/').filter((name) => name !== '' && name !== '.');
        makeFolders(tree, below, this.#createdMs);
        const content = { type: 'tree', tree, below } as const;
        return { path, isReadOnly: mount['readOnly'] === true, content };
      }
      const files = () => within(this.#present(volume), mount.subPath ?? '');
      return { path, isReadOnly: true, content: { type: 'live', files } };
    });
  }

  /** Kubernetes: an emptyDir lives as long as its pod and is shared by its containers. */
  #scratch(volume: string): FileTree {
    const tree = this.#scratches.get(volume) ?? new FileTree(this.#createdMs);
    this.#scratches.set(volume, tree);
    return tree;
  }

  get #createdMs(): number {
    return Date.parse(this.#facts.pod.metadata.creationTimestamp ?? '') || 0;
  }

  readFile(container: Container, path: string): string | undefined {
    // The longest mount path wins, as a mount inside another one hides what is below it.
    const mounts = (container.volumeMounts ?? []).toSorted((a, b) => b.mountPath.length - a.mountPath.length);
    for (const mount of mounts) {
      const root = mount.mountPath.replace(/\/$/, '');
      if (path !== root && !path.startsWith(`${root}/`)) continue;
      const volume = this.#volumes().find((candidate) => candidate.name === mount.name);
      const inside = [mount.subPath ?? '', path.slice(root.length + 1)].filter((part) => part !== '').join('/');
      return volume && this.#present(volume)[inside];
    }
    return undefined;
  }

  #volumes(): Volume[] {
    return (this.#facts.pod.spec.volumes ?? []) as Volume[];
  }

  /** The secret may go away after the mount; a real kubelet would keep the old content until the pod ends. */
  #present(volume: Volume): Record<string, string> {
    try {
      return this.#files(volume);
    } catch (error) {
      if (error instanceof ContainerConfigError) return {};
      throw error;
    }
  }

  #files(volume: Volume): Record<string, string> {
    const { secret, configMap, downwardAPI } = volume;
    const sources: ProjectedSource[] = [
      ...(secret ? [{ secret }] : []),
      ...(configMap ? [{ configMap }] : []),
      ...(downwardAPI ? [{ downwardAPI }] : []),
      ...(volume.projected?.sources ?? []),
    ];
    return Object.assign({}, ...sources.map((source) => this.#sourceFiles(source)));
  }

  #sourceFiles(source: ProjectedSource): Record<string, string> {
    const namespace = this.#facts.pod.metadata.namespace ?? '';
    if (source.secret) {
      const { optional = false, items, name } = source.secret;
      return chosen(
        secretValues(this.#cluster, namespace, { name: source.secret.secretName ?? name ?? '', optional }),
        items,
      );
    }
    if (source.configMap) {
      const { optional = false, items, name = '' } = source.configMap;
      return chosen(configMapValues(this.#cluster, namespace, { name, optional }), items);
    }
    if (source.downwardAPI) {
      const entries = (source.downwardAPI.items ?? []).map((item) => [
        item.path,
        fieldOf(this.#facts, item.fieldRef?.fieldPath ?? '') ?? '',
      ]);
      return Object.fromEntries(entries);
    }
    if (source.serviceAccountToken) {
      if (this.#token !== undefined) return { [source.serviceAccountToken.path]: this.#token };
      const account = this.#facts.pod.spec.serviceAccountName ?? 'default';
      throw new ContainerConfigError(`failed to fetch token: serviceaccounts "${account}" not found`);
    }
    return {};
  }
}

/** Kubernetes: the kubelet makes a subPath that is not there yet. */
function makeFolders(tree: FileTree, path: readonly string[], nowMs: number): void {
  for (let depth = 1; depth <= path.length; depth += 1) {
    if (!tree.find(path.slice(0, depth))) tree.makeFolder(path.slice(0, depth), nowMs);
  }
}

/** The container with each `subPathExpr` as the subPath that its environment makes of it. */
export function withSubPaths(container: Container, env: Readonly<Record<string, string>>): Container {
  const volumeMounts = container.volumeMounts?.map((mount) =>
    mount.subPathExpr ? { ...mount, subPath: expandVariables(mount.subPathExpr, env) } : mount,
  );
  return volumeMounts ? { ...container, volumeMounts } : container;
}

/** What lies below a subPath; a subPath that names one file has it as the mount itself. */
function within(files: Record<string, string>, subPath: string): Record<string, string> {
  if (subPath === '') return files;
  const entries = Object.entries(files).flatMap(([path, text]): [string, string][] => {
    if (path === subPath) return [['', text]];
    return path.startsWith(`${subPath}/`) ? [[path.slice(subPath.length + 1), text]] : [];
  });
  return Object.fromEntries(entries);
}

function chosen(values: Record<string, string> | undefined, items: readonly KeyToPath[] | undefined) {
  if (!values || !items) return values ?? {};
  return Object.fromEntries(
    items.map(({ key, path }) => {
      const value = values[key];
      if (value === undefined) throw new ContainerConfigError(`references non-existent config key: ${key}`);
      return [path, value];
    }),
  );
}
