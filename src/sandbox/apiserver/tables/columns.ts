import type { KubeObject, LabelSelector } from '../../../kube/objects.ts';
import { labelSelectorText } from '../../../kube/selectors.ts';

/** How one kind is shown in a Table: its columns, and the cells of one object. */
export interface TableColumn {
  name: string;
  type: string;
  format: string;
  description: string;
  /** 0 is always shown, 1 only with `-o wide`. */
  priority: number;
}

export interface TableKind<T extends KubeObject = KubeObject> {
  columns: readonly TableColumn[];
  cells(object: T, nowMs: number): readonly unknown[];
}

const descriptions: Readonly<Record<string, string>> = {
  Name: 'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
  Age: 'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata',
};

/** `Name/name` (a format), `Desired:integer` (a type), `Node@1` (only wide). */
export function columns(...written: readonly string[]): TableColumn[] {
  return written.map((text) => {
    const [, name = '', type = 'string', format = '', priority = '0'] =
      /^([^:/@]+?)(?::(\w+))?(?:\/(\w+))?(?:@(\d))?$/.exec(text) ?? [];
    return { name, type, format, description: descriptions[name] ?? '', priority: Number(priority) };
  });
}

export const none = '<none>';

/** `a=b,c=d`, as Kubernetes writes maps of labels. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  const text = Object.entries(labels ?? {})
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  return text || none;
}

export const selectorText = (selector: LabelSelector | undefined): string => labelSelectorText(selector) || none;

/** The two wide columns of everything that has a pod template. */
export function containerCells(
  template: { spec: { containers: readonly { name: string; image?: string }[] } } | undefined,
): [string, string] {
  const containers = template?.spec.containers ?? [];
  return [containers.map(({ name }) => name).join(','), containers.map(({ image }) => image ?? '').join(',')];
}
