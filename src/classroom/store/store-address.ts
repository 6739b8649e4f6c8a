import { faultOf } from '../../fault.ts';
import { readIfThere } from '../../platform/files.ts';

/** Which PostgreSQL database keeps a class. What is shown of it holds no user, password or parameter. */
export interface StoreAddress {
  connection: string;
  /** `db.example.com:5432/classes` */
  shown: string;
}

/**
 * `--store` is seen by everybody who may list processes, so it holds no password; MESHWALK_CLASS_STORE, or the file that
 * MESHWALK_CLASS_STORE_FILE names, may. PGPASSWORD and ~/.pgpass do as they do for psql. Undefined where none is named.
 */
export function findStoreAddress(
  typed: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): StoreAddress | undefined {
  if (typed !== undefined) {
    if (hasPassword(urlOf(typed))) throw faultOf('class.store-password');
    return readStoreAddress(typed);
  }
  const { MESHWALK_CLASS_STORE: said, MESHWALK_CLASS_STORE_FILE: file } = environment;
  if (said) return readStoreAddress(said);
  if (!file) return undefined;
  const text = readIfThere(file);
  if (text === undefined) throw faultOf('class.store-file', file);
  return readStoreAddress(text.trim());
}

export function readStoreAddress(connection: string): StoreAddress {
  const url = urlOf(connection);
  const socket = url.searchParams.get('host');
  return { connection, shown: `${socket ?? url.host}${url.pathname}` };
}

/** Node's own error quotes what it could not read, password and all; it is not passed on. */
function urlOf(connection: string): URL {
  const url = URL.canParse(connection) ? new URL(connection) : undefined;
  if (url?.protocol !== 'postgres:' && url?.protocol !== 'postgresql:') throw faultOf('class.store-address');
  return url;
}

const hasPassword = (url: URL): boolean => url.password !== '' || url.searchParams.has('password');
