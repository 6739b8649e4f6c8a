import { join } from 'node:path';
import { makeToken } from '../classroom/server/secrets.ts';
import { readIfThere, writeAtomically } from '../platform/files.ts';

/**
 * Which classes a learner is in, the last one first; with the tokens by which those know them. A token is for one class's
 * address and no other: whoever pretends to be a class at another one learns nothing that this class believes.
 */
export interface Membership {
  origin: string;
  fingerprint?: string;
  token: string;
  name: string;
  /** Id of the last message that was shown. */
  seen: number;
}

const keptMemberships = 20;

const file = (folder: string): string => join(folder, 'class.json');

export function readMemberships(folder: string): readonly Membership[] {
  const text = readIfThere(file(folder));
  // Written by rename, so it is whole.
  const kept: { version: number; classes: Membership[] } | undefined =
    text === undefined ? undefined : JSON.parse(text);
  return kept?.version === 1 ? kept.classes : [];
}

/** Makes it the last one. */
export function keepMembership(folder: string, membership: Membership): void {
  const others = readMemberships(folder).filter(({ origin }) => origin !== membership.origin);
  const classes = [membership, ...others].slice(0, keptMemberships);
  writeAtomically(file(folder), `${JSON.stringify({ version: 1, classes }, null, 2)}\n`);
}

export const newMembership = (origin: string, name: string): Membership => ({
  origin,
  token: makeToken(),
  name,
  seen: 0,
});
