import { hostname, userInfo } from 'node:os';

/** What somebody is called who gave no name: as the system knows them; where it has no entry, as the machine is called. */
export function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    return hostname();
  }
}
