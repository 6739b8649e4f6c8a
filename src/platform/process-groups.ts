import { errorCode, readIfThere, writeAtomically } from './files.ts';
import { isGroupAlive, signalGroup, startTimeOf, unknownStart } from './process-identity.ts';
import { Warden } from './warden.ts';

/** Every process group that we started and that still lives, on paper and in a warden's hands. */
interface Entry {
  group: number;
  startTime: string;
}

/** Between asking a group to end and ending it. */
const graceMs = 500;
const mostMs = 3_000;

export class ProcessGroups {
  readonly #file: string;
  readonly #groups = new Map<number, Entry>();
  #warden: Warden | undefined;

  /** `file` names the groups for the next start, should the warden have been killed with us. */
  constructor(file: string) {
    this.#file = file;
  }

  /** Ends what an earlier program left behind; how many groups that were. Only while holding the state folder's lock. */
  sweep(): number {
    const left = parse(readIfThere(this.#file)).filter(
      // A number may belong to somebody else by now: its leader must be the very process that we started.
      ({ group, startTime }) =>
        !this.#groups.has(group) && startTime !== unknownStart && startTimeOf(group) === startTime,
    );
    for (const { group } of left) signalGroup(group, 'SIGKILL');
    this.#write();
    return left.length;
  }

  /** Right after the leader was started, before it is allowed to do anything. */
  add(group: number): void {
    this.#warden ??= new Warden();
    this.#warden.add(group);
    this.#groups.set(group, { group, startTime: startTimeOf(group) ?? 'gone' });
    this.#write();
  }

  /** Forgets a group that is empty; others stay ours until the end. */
  forgetIfEmpty(group: number): boolean {
    if (!this.#groups.has(group)) return true;
    if (isGroupAlive(group)) return false;
    this.#groups.delete(group);
    this.#warden?.remove(group);
    this.#write();
    return true;
  }

  /** SIGTERM, and SIGKILL to what is left; resolves when the group is empty. */
  async end(group: number): Promise<void> {
    signalGroup(group, 'SIGTERM');
    const deadline = performance.now() + graceMs;
    // No event tells when a group's last member that is not our child has gone.
    while (isGroupAlive(group)) {
      if (performance.now() > deadline) signalGroup(group, 'SIGKILL');
      // A process that hangs in the kernel cannot be killed; the warden keeps its number.
      if (performance.now() > deadline + mostMs) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    this.forgetIfEmpty(group);
  }

  /** Ends everything, the warden last. */
  async close(): Promise<void> {
    await Promise.all([...this.#groups.keys()].map((group) => this.end(group)));
    await this.#warden?.close();
    this.#warden = undefined;
  }

  #write(): void {
    try {
      writeAtomically(this.#file, [...this.#groups.values()].map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    } catch (error) {
      // On a full disk commands still run: the warden has the numbers, and the paper is for the day it was killed too.
      if (errorCode(error) === undefined) throw error;
    }
  }
}

function parse(text = ''): Entry[] {
  return text.split('\n').flatMap((line) => {
    try {
      const entry: unknown = JSON.parse(line);
      return isEntry(entry) ? [entry] : [];
    } catch {
      return [];
    }
  });
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null || !('group' in value) || !('startTime' in value)) return false;
  return Number.isInteger(value.group) && Number(value.group) > 1 && typeof value.startTime === 'string';
}
