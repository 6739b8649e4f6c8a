/** How what this program's lessons made is told from all else. Knows no world. */

/** On every namespace that a lesson makes, by the lesson's own command; all that is in such a namespace counts too. */
export const ourLabel = { key: 'app.kubernetes.io/part-of', value: 'meshwalk-course' } as const;

/** As kubectl and the API take it. */
export const ourSelector = `${ourLabel.key}=${ourLabel.value}`;

/** On every resource group that a lesson makes. */
export const ourTag = { name: 'made-by', value: 'meshwalk' } as const;

/** One thing that cleaning up would take away, or bring back to what it was. */
export type OwnedItem =
  | {
      type: 'resource-group';
      name: string;
      location: string;
      clusters: readonly string[];
      nodeGroups: readonly string[];
      /** Its deletion was agreed to before, and goes on. */
      isUnderWay: boolean;
      /** When its first cluster was made, by Azure's clock. */
      createdAt?: number;
      /** An estimate in US dollars; absent where nothing in it costs much. */
      perHour?: { low: number; high: number };
    }
  | { type: 'namespace'; name: string; pods: number }
  /** Settings that lessons turned, as paths below spec, to be set as they were before the first lesson. */
  | { type: 'mesh-config'; namespace: string; name: string; settings: readonly string[] }
  /** What a kubeconfig of the learner still says of a cluster that is to go, or is gone. */
  | { type: 'kubeconfig-context'; name: string; file: string };

/** In the order in which it should be removed; empty when nothing is ours. */
export interface Inventory {
  items: readonly OwnedItem[];
  /** Named as ours are, without our tag: told, never touched. */
  untagged?: readonly string[];
}

/** What is under way while something goes; `left` counts what is still there, where that is known. */
export interface RemoveProgress {
  type: 'asked' | 'waiting' | 'gone';
  left?: number;
}
