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

type VolumeMount = NonNullable<Container['volumeMounts']>[number];

/** What one run of a container finds in its mounts. */
export interface RunMounts {
  list(): Mount[];
  readFile(path: string): string | undefined;
}

/**
 * The files that a pod's containers see in their mounts, read at the moment they are asked for, so that a changed
 * secret shows at the next read. It knows nothing of what the files mean.
 */
export class PodVolumes {
  readonly #cluster: ClusterApi;
  readonly #facts: PodFacts;
  readonly #token: string | undefined;
  readonly #scratches = new Map<string, FileTree>();
  readonly #lastMounted = new Map<string, Record<string, string>>();

  constructor(cluster: ClusterApi, facts: PodFacts, token: string | undefined) {
    this.#cluster = cluster;
    this.#facts = facts;
    this.#token = token;
  }

  /** The first volume that can't be mounted yet, in the kubelet's words. */
  missing(): string | undefined {
    for (const volume of this.#volumes()) {
      try {
        this.#lastMounted.set(volume.name, this.#files(volume));
      } catch (error) {
        if (!(error instanceof ContainerConfigError)) throw error;
        return `MountVolume.SetUp failed for volume "${volume.name}" : ${error.message}`;
      }
    }
    return undefined;
  }

  /**
   * The mounts of one run of a container. Content follows its secret or config map, but where a subPath names it: that was
   * bound at the start. Volumes without content of their own are shared folders.
   */
  forRun(container: Container): RunMounts {
    const mounts = (container.volumeMounts ?? []).map((mount) => {
      const files = this.#filesAt(mount);
      const bound = mount.subPath ? files() : undefined;
      return { mount, files: bound ? () => bound : files };
    });
    // The longest mount path wins, as a mount inside another one hides what is below it.
    const deepestFirst = mounts.toSorted((a, b) => b.mount.mountPath.length - a.mount.mountPath.length);
    return {
      list: () => mounts.map(({ mount, files }) => this.#mounted(mount, files)),
      readFile(path) {
        for (const { mount, files } of deepestFirst) {
          const root = mount.mountPath.replace(/\/$/, '');
          if (path === root || path.startsWith(`${root}/`)) return files()[path.slice(root.length + 1)];
        }
        return undefined;
      },
    };
  }

  #filesAt({ name, subPath = '' }: VolumeMount): () => Record<string, string> {
    const volume = this.#volumes().find((candidate) => candidate.name === name);
    return () => (volume ? within(this.#present(volume), subPath) : {});
  }

  #mounted(mount: VolumeMount, files: () => Record<string, string>): Mount {
    const path = mount.mountPath.replace(/\/+$/, '') || '/';
    const volume = this.#volumes().find((candidate) => candidate.name === mount.name);
    const hasContent = volume && (volume.secret || volume.configMap || volume.downwardAPI || volume.projected);
    if (hasContent) return { path, isReadOnly: true, content: { type: 'live', files } };
    const tree = this.#scratch(mount.name);
    const below = (mount.subPath ?? '').split('/').filter((name) => name !== '' && name !== '.');
    makeFolders(tree, below, this.#createdMs);
    return { path, isReadOnly: mount.readOnly === true, content: { type: 'tree', tree, below } };
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

  #volumes(): Volume[] {
    return (this.#facts.pod.spec.volumes ?? []) as Volume[];
  }

  /** Kubernetes: a kubelet keeps what it mounted last when a secret or config map goes away. */
  #present(volume: Volume): Record<string, string> {
    try {
      const files = this.#files(volume);
      this.#lastMounted.set(volume.name, files);
      return files;
    } catch (error) {
      if (error instanceof ContainerConfigError) return this.#lastMounted.get(volume.name) ?? {};
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
