import type { KubeClient } from '../../kube/client.ts';
import { isJsonObject } from '../../kube/json-value.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { ServedResource } from '../../kube/resources.ts';
import { namespaces as namespacesRef, pods as podsRef } from '../../kube/resources.ts';
import { answerOf, type KubectlAnswer, kubectlScript, notPlain } from './dry-run-script.ts';
import type { ForeseenChange, Foresight, ObjectName, Unforeseen } from './foresight.ts';
import { changeOf, mergePatched, nameOf } from './object-diff.ts';
import { meshOf, meshPatch } from './osm-steps.ts';
import { planOf, type Step } from './plan.ts';
import { textOf, type Word } from './shell-words.ts';

/**
 * Foresees what a script would do to a cluster: asks the API server for dry runs through the learner's own kubectl, and
 * compares with what is there. Nothing is changed: every request that could change something carries `dryRun=All`.
 * It knows neither lessons nor screens, nor when it is asked.
 */
export interface ForesightPorts {
  /** Runs a script of ours in the learner's shell, in whose folder and with whose variables the command would run. */
  run(script: string, signal: AbortSignal): Promise<{ output: string; code: number | undefined }>;
  kube(): Promise<KubeClient | undefined>;
  /** The moment, as RFC 3339 has it. */
  now(): string;
}

/** Rejects only when it is stopped, or with an error of the cluster that could not be asked at all. */
export async function foresee(script: string, ports: ForesightPorts, signal: AbortSignal): Promise<Foresight> {
  const steps = planOf(script);
  const unforeseen = steps.flatMap((step) =>
    step.type === 'unforeseen' ? [{ command: step.text, why: step.why }] : [],
  );
  const asked = steps.filter((step) => step.type !== 'unforeseen');
  if (asked.length === 0) return { changes: [], unforeseen, refused: [] };
  const kube = await ports.kube();
  if (!kube) {
    const why: Unforeseen = { reason: 'no-cluster' };
    return {
      changes: [],
      unforeseen: [...unforeseen, ...asked.map(({ text }) => ({ command: text, why }))],
      refused: [],
    };
  }
  const looker = new Foreseer(kube, ports, signal);
  for (const step of asked) {
    signal.throwIfAborted();
    await looker.take(step);
  }
  const found = looker.foresight();
  return { ...found, unforeseen: [...unforeseen, ...found.unforeseen] };
}

const keyOf = ({ kind, namespace = '', name }: ObjectName): string => `${kind} ${namespace}/${name}`;
/** More objects than anybody reads; what is beyond is not asked about one by one. */
const mostObjects = 30;

class Foreseer {
  readonly #kube: KubeClient;
  readonly #ports: ForesightPorts;
  readonly #signal: AbortSignal;
  readonly #changes = new Map<string, ForeseenChange>();
  readonly #refused: { command: string; says: string }[] = [];
  readonly #unforeseen: { command: string; why: Unforeseen }[] = [];
  /** Objects as earlier commands of the script would leave them; undefined where they would delete one. */
  readonly #would = new Map<string, KubeObject | undefined>();

  constructor(kube: KubeClient, ports: ForesightPorts, signal: AbortSignal) {
    this.#kube = kube;
    this.#ports = ports;
    this.#signal = signal;
  }

  foresight(): Foresight {
    return { changes: [...this.#changes.values()], unforeseen: this.#unforeseen, refused: this.#refused };
  }

  async take(step: Step): Promise<void> {
    switch (step.type) {
      case 'dry-run':
        return this.#dryRun(step.words, step.text);
      case 'delete':
        return this.#delete(step);
      case 'patch-found':
        return this.#patchFound(step.words, step.patch(this.#ports.now()), step.text);
      case 'add-to-mesh':
        for (const name of step.namespaces) await this.#addToMesh(name, step.mesh, step.injection, step.text);
        return;
      case 'patch-namespace':
        for (const name of step.namespaces) await this.#patchNamespace(name, step.patch, step.podPatch, step.text);
        return;
      case 'unforeseen':
        return;
    }
  }

  async #kubectl(words: readonly Word[], ...flags: string[]): Promise<KubectlAnswer> {
    const { output, code } = await this.#ports.run(kubectlScript(words, flags), this.#signal);
    this.#signal.throwIfAborted();
    return answerOf(output, code);
  }

  async #dryRun(words: readonly Word[], text: string): Promise<void> {
    const answer = await this.#kubectl(words, '--dry-run=server', '-o', 'json');
    if (!answer.isRefused) {
      for (const after of objectsIn(answer.printed)) await this.#note(after);
      return;
    }
    if (await this.#noteInNewNamespaces(words)) return;
    if (!(await this.#labelNewNamespaces(words))) this.#refuse(text, answer.said);
  }

  /** Namespaces that an earlier command would only create: they have no label that this one could meet. */
  async #labelNewNamespaces(words: readonly Word[]): Promise<boolean> {
    const [verb, kind = '', ...rest] = words.map((word) => textOf(word) ?? '');
    if (verb !== 'label' || !/^(namespaces?|ns)$/.test(kind)) return false;
    const pairs = rest.filter((word) => /^[^-][^=]*=/.test(word));
    const labels = Object.fromEntries(pairs.map((pair) => [pair.replace(/=.*$/, ''), pair.replace(/^[^=]*=/, '')]));
    const names = rest.filter((word) => !pairs.includes(word));
    const found = names.map((name) => this.#would.get(keyOf({ kind: 'Namespace', name })));
    const isNew = names.length > 0 && names.every((name) => this.#isNewNamespace(name, new Set()));
    if (!isNew) return false;
    for (const namespace of found) if (namespace) await this.#note(mergePatched(namespace, { metadata: { labels } }));
    return true;
  }

  /**
   * The server refuses objects in a namespace that an earlier command, or the same manifest, would only create. There
   * kubectl's own dry run, which asks nobody, says as much: all of them are new.
   */
  async #noteInNewNamespaces(words: readonly Word[]): Promise<boolean> {
    const { printed, isRefused } = await this.#kubectl(words, '--dry-run=client', '-o', 'json');
    if (isRefused) return false;
    const objects = objectsIn(printed);
    const brought = objects.filter(({ kind }) => kind === 'Namespace').map(nameOf);
    for (const name of brought) if (await this.#before(name, 'v1')) return false;
    const created = new Set(brought.map(({ name }) => name));
    const isInNew = ({ metadata: { namespace } }: KubeObject) =>
      namespace !== undefined && this.#isNewNamespace(namespace, created);
    const others = objects.filter(({ kind }) => kind !== 'Namespace');
    if (others.length === 0 || !others.every(isInNew)) return false;
    for (const after of objects) await this.#note(after);
    return true;
  }

  #isNewNamespace(name: string, created: ReadonlySet<string>): boolean {
    return created.has(name) || this.#changes.get(keyOf({ kind: 'Namespace', name }))?.type === 'creates';
  }

  async #delete({ words, namespace, files, text }: Extract<Step, { type: 'delete' }>): Promise<void> {
    const answer = await this.#kubectl(words, '--dry-run=server', '-o', 'name');
    if (answer.isRefused) {
      this.#refuse(text, answer.said);
      return;
    }
    const kinds = await this.#kube.resources();
    const lines = answer.printed
      .split('\n')
      .filter(Boolean)
      .slice(0, 10 * mostObjects);
    const objects =
      files.length > 0
        ? await this.#namedIn(files, namespace)
        : await this.#named(
            lines.map((line) => namedObject(line.trim(), kinds)),
            namespace,
          );
    for (const object of objects) {
      const takesAlong = object.kind === 'Namespace' ? await this.#contentsOf(object.name, kinds) : undefined;
      this.#would.set(keyOf(object), undefined);
      this.#add({ type: 'deletes', object, fields: [], ...(takesAlong && { takesAlong }) });
    }
  }

  /** kubectl prints names without their namespaces: all are in the one that the flag or the context says. */
  async #named(found: readonly FoundName[], flag: Word | undefined): Promise<ObjectName[]> {
    const namespace = found.some(({ isNamespaced }) => isNamespaced) ? await this.#namespaceMeant(flag) : '';
    return found.map(({ kind, name, isNamespaced }) => ({ kind, name, ...(isNamespaced && { namespace }) }));
  }

  /** Asked of kubectl, which knows the learner's context and the values of their variables. */
  async #namespaceMeant(flag: Word | undefined): Promise<string> {
    const call = flag
      ? ['create', 'configmap', 'any', '--dry-run=client', '-o', 'jsonpath={.metadata.namespace}', '-n']
      : ['config', 'view', '--minify', '-o', 'jsonpath={..namespace}'];
    const { printed } = await this.#kubectl([...call.map(plainWord), ...(flag ? [flag] : [])]);
    return printed === '' ? 'default' : printed;
  }

  /** What manifests name must be looked up. */
  async #namedIn(files: readonly Word[], namespace: Word | undefined): Promise<ObjectName[]> {
    const where = namespace ? [plainWord('-n'), namespace] : [];
    const { printed } = await this.#kubectl([plainWord('get'), ...files, ...where], '--ignore-not-found', '-o', 'json');
    return objectsIn(printed).map(nameOf);
  }

  /** Events are told of objects, and say nothing to whoever deletes them. */
  async #contentsOf(namespace: string, kinds: readonly ServedResource[]): Promise<{ kind: string; count: number }[]> {
    const listed = kinds.filter(
      ({ namespaced, verbs, kind }) =>
        namespaced && verbs.includes('list') && verbs.includes('delete') && kind !== 'Event',
    );
    const counts = await Promise.all(
      listed.map(async (ref) => ({ kind: ref.kind, count: (await this.#kube.list(ref, { namespace })).length })),
    );
    this.#signal.throwIfAborted();
    return counts.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count || a.kind.localeCompare(b.kind));
  }

  async #patchFound(words: readonly Word[], patch: object, text: string): Promise<void> {
    const found = await this.#kubectl([plainWord('get'), ...words], '-o', 'json');
    if (found.isRefused) {
      this.#refuse(text, found.said);
      return;
    }
    for (const before of objectsIn(found.printed).slice(0, mostObjects)) await this.#patch(before, patch, text);
  }

  async #addToMesh(name: string, mesh: string, injection: string, text: string): Promise<void> {
    const namespace = await this.#before({ kind: 'Namespace', name }, 'v1');
    const labels = namespace?.metadata.labels;
    if (namespace && meshOf(labels) === mesh) {
      this.#add({ type: 'leaves', object: nameOf(namespace), fields: [] });
      return;
    }
    await this.#patchNamespace(name, meshPatch(mesh, injection), undefined, text);
  }

  async #patchNamespace(name: string, patch: object, podPatch: object | undefined, text: string): Promise<void> {
    const namespace = await this.#before({ kind: 'Namespace', name }, 'v1');
    if (!namespace) {
      this.#refuse(text, `namespaces "${name}" not found`);
      return;
    }
    await this.#patch(namespace, patch, text);
    if (!podPatch) return;
    const pods = await this.#kube.list(podsRef, { namespace: name, labelSelector: 'osm-proxy-uuid' });
    for (const pod of pods.slice(0, mostObjects))
      await this.#patch({ ...pod, apiVersion: 'v1', kind: 'Pod' }, podPatch, text);
  }

  /** One object that is known, patched; by us alone where it is only about to be there. */
  async #patch(before: KubeObject, patch: object, text: string): Promise<void> {
    if (this.#changes.get(keyOf(nameOf(before)))?.type === 'creates') {
      await this.#note(mergePatched(before, patch));
      return;
    }
    const { kind = '', apiVersion = 'v1', metadata } = before;
    const [version = '', group] = apiVersion.split('/').reverse();
    const type = group === undefined ? kind : `${kind}.${version}.${group}`;
    const where = metadata.namespace === undefined ? [] : ['-n', metadata.namespace];
    const words = ['patch', type, metadata.name ?? '', ...where, '--type=merge', '-p', JSON.stringify(patch)];
    const answer = await this.#kubectl(words.map(plainWord), '--dry-run=server', '-o', 'json');
    if (answer.isRefused) this.#refuse(text, answer.said);
    else for (const after of objectsIn(answer.printed)) await this.#note(after);
  }

  /** What an object would become. */
  async #note(after: KubeObject): Promise<void> {
    const object = nameOf(after);
    // A name that the server would make up (generateName) is nobody's yet.
    const isGone = this.#would.has(keyOf(object)) && this.#would.get(keyOf(object)) === undefined;
    // The server knows nothing of earlier commands either, so its answer is held against what it has.
    const before = isGone || object.name === '' ? undefined : await this.#stored(object, after.apiVersion ?? 'v1');
    this.#signal.throwIfAborted();
    this.#add(changeOf(before, after));
    this.#would.set(keyOf(object), after);
  }

  /** As earlier commands would leave it. */
  async #before(object: ObjectName, apiVersion: string): Promise<KubeObject | undefined> {
    const key = keyOf(object);
    return this.#would.has(key) ? this.#would.get(key) : this.#stored(object, apiVersion);
  }

  async #stored(object: ObjectName, apiVersion: string): Promise<KubeObject | undefined> {
    const [version = '', group = ''] = apiVersion.split('/').reverse();
    if (object.kind === 'Namespace' && group === '') return this.#kube.get(namespacesRef, object.name);
    const kinds = await this.#kube.resources();
    const ref = kinds.find((one) => one.kind === object.kind && one.group === group);
    return ref && (await this.#kube.get({ ...ref, version }, object.name, object.namespace));
  }

  /** Two commands about one object are told as one change. */
  #add(change: ForeseenChange): void {
    const key = keyOf(change.object);
    const earlier = this.#changes.get(key);
    const folded = earlier ? foldedChange(earlier, change) : change;
    if (folded) this.#changes.set(key, folded);
    else this.#changes.delete(key);
  }

  #refuse(command: string, says: string): void {
    const variable = notPlain(says);
    if (variable !== undefined) {
      this.#unforeseen.push({ command, why: { reason: 'not-plain', of: variable } });
      return;
    }
    const [first = 'kubectl gave no reason'] = says.split('\n').filter(Boolean);
    if (!this.#refused.some((one) => one.command === command && one.says === first))
      this.#refused.push({ command, says: first });
  }
}

/** Undefined when nothing is left of both. */
export function foldedChange(earlier: ForeseenChange, later: ForeseenChange): ForeseenChange | undefined {
  if (later.type === 'leaves') return earlier;
  if (later.type === 'deletes') return earlier.type === 'creates' ? undefined : later;
  switch (earlier.type) {
    case 'creates':
    case 'recreates':
      return earlier;
    case 'deletes':
      return { type: 'recreates', object: later.object, fields: [] };
    case 'leaves':
      return later;
    case 'changes':
      return { ...later, fields: foldedFields(earlier, later), ...(earlier.replacesPods && { replacesPods: true }) };
  }
}

function foldedFields(earlier: ForeseenChange, later: ForeseenChange): ForeseenChange['fields'] {
  const byPath = new Map(earlier.fields.map((field) => [field.path, field]));
  for (const field of later.fields) {
    const before = byPath.get(field.path);
    byPath.set(field.path, before ? { ...field, from: before.from } : field);
  }
  return [...byPath.values()].filter(({ from, to }) => from !== to);
}

const plainWord = (text: string): Word => ({ text, parts: [{ type: 'text', text }], isQuoted: true });

/** One object, or the items of a list, as kubectl prints them. */
function objectsIn(printed: string): KubeObject[] {
  if (printed === '') return [];
  const value: unknown = JSON.parse(printed);
  const items = isJsonObject(value) && Array.isArray(value['items']) ? value['items'] : [value];
  return items.filter((item): item is KubeObject => isJsonObject(item) && isJsonObject(item['metadata']));
}

interface FoundName {
  kind: string;
  name: string;
  isNamespaced: boolean;
}

/** `traffictarget.access.smi-spec.io/name`, as `-o name` prints it. */
function namedObject(line: string, kinds: readonly ServedResource[]): FoundName {
  const [type = '', name = ''] = line.split('/');
  const [singular = '', ...group] = type.split('.');
  const served = kinds.find((one) => one.singular === singular && one.group === group.join('.'));
  return { kind: served?.kind ?? singular, name, isNamespaced: served?.namespaced !== false };
}
