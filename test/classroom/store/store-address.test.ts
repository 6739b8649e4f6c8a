import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findStoreAddress } from '../../../src/classroom/store/store-address.ts';
import { tempFolders } from '../../platform/temp-folder.ts';

const tempFolder = tempFolders();
const secret = 'postgres://ada:s3cret@db.example.com:5433/classes?sslmode=verify-full';

describe('the address of the database of a class', () => {
  it('is typed, or stands in the environment or in a file, in this order', () => {
    const file = join(tempFolder(), 'store');
    writeFileSync(file, `${secret}\n`);
    const environment = { MESHWALK_CLASS_STORE: 'postgres://there/b', MESHWALK_CLASS_STORE_FILE: file };
    expect(findStoreAddress('postgresql://ada@here/a', environment)?.connection).toBe('postgresql://ada@here/a');
    expect(findStoreAddress(undefined, environment)?.connection).toBe('postgres://there/b');
    expect(findStoreAddress(undefined, { MESHWALK_CLASS_STORE_FILE: file })?.connection).toBe(secret);
    expect(findStoreAddress(undefined, {})).toBeUndefined();
  });

  it('is shown without user, password and parameters', () => {
    expect(findStoreAddress(undefined, { MESHWALK_CLASS_STORE: secret })?.shown).toBe('db.example.com:5433/classes');
    expect(findStoreAddress('postgres:///classes?host=/run/postgresql', {})?.shown).toBe('/run/postgresql/classes');
  });

  it('is refused with a password where everybody can see it', () => {
    for (const typed of [secret, 'postgres://db/classes?password=s3cret']) {
      expect(() => findStoreAddress(typed, {})).toThrow(expect.objectContaining({ code: 'class.store-password' }));
    }
  });

  it('that cannot be read is not quoted, and a file that is not there is named', () => {
    for (const typed of ['postgres://ada:s3cret@[db/classes', 'mysql://ada:s3cret@db/classes', 's3cret']) {
      const find = () => findStoreAddress(undefined, { MESHWALK_CLASS_STORE: typed });
      // Node's own error would be the cause, and holds what was typed.
      expect(find).toThrow(expect.not.objectContaining({ cause: expect.anything() }));
      expect(find).toThrow(expect.objectContaining({ code: 'class.store-address', facts: [] }));
    }
    const find = () => findStoreAddress(undefined, { MESHWALK_CLASS_STORE_FILE: '/none/there' });
    expect(find).toThrow(expect.objectContaining({ code: 'class.store-file', facts: ['/none/there'] }));
  });
});
