/**
 * What a command would do to the objects of a cluster, as far as that can be known before it runs. Plain data: how it
 * is found out stands in foresee.ts, how it looks in the screen's view.
 */
export interface Foresight {
  /** In the order of the command; an object that it touches twice stands there once. */
  changes: readonly ForeseenChange[];
  /** Parts of the command that nobody can answer for beforehand; nothing is guessed about them. */
  unforeseen: readonly { command: string; why: Unforeseen }[];
  /** Parts that the server would refuse, in its own words. */
  refused: readonly { command: string; says: string }[];
}

/** Why a part cannot be foreseen. `of` is the word, flag or program that it is about. */
export interface Unforeseen {
  reason: UnforeseenReason;
  of?: string;
}

export type UnforeseenReason =
  // No cluster, or no plain script.
  | 'no-cluster'
  | 'too-many'
  | 'unfinished'
  | 'other-loop'
  | 'unknown-loop'
  | 'decided-later'
  | 'after-or'
  | 'beside'
  | 'writes-file'
  | 'reads-input'
  | 'own-environment'
  | 'in-pipe'
  // Known only when it runs.
  | 'unknown-program'
  | 'unknown-verb'
  | 'unknown-word'
  | 'not-plain'
  | 'unknown-count'
  // What it does is nothing that a server could be asked about.
  | 'program'
  | 'azure'
  | 'request'
  | 'inside-pod'
  | 'copies'
  | 'adds-container'
  | 'will-be-typed'
  | 'pod-by-pod'
  | 'kubeconfig'
  | 'no-dry-run'
  | 'last-applied'
  // A dry run would be another command than the one that was typed.
  | 'elsewhere'
  | 'unfit-flag'
  | 'own-dry-run'
  | 'manifest-elsewhere'
  | 'all-namespaces'
  | 'nothing-named';

export interface ObjectName {
  kind: string;
  namespace?: string;
  name: string;
}

export interface ForeseenChange {
  /** `leaves`: named by the command, and already as it wants it. `recreates`: deleted and created again. */
  type: 'creates' | 'changes' | 'recreates' | 'deletes' | 'leaves';
  object: ObjectName;
  /** Fields of the object that would be another; of `changes` only. */
  fields: readonly FieldChange[];
  /** Pods that run now are replaced by new ones. */
  replacesPods?: boolean;
  /** What goes with a namespace, by kind. */
  takesAlong?: readonly { kind: string; count: number }[];
}

/** Values as short JSON; undefined where there is none. */
export interface FieldChange {
  path: string;
  from: string | undefined;
  to: string | undefined;
}

export const nothingForeseen: Foresight = { changes: [], unforeseen: [], refused: [] };
