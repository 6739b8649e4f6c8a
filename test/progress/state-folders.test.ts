import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stateFolders, usualPlaces } from '../../src/progress/state-folders.ts';

const home = homedir();

describe('where state is kept', () => {
  it('is where programs of the system keep such things', () => {
    expect(usualPlaces({}, 'linux')).toEqual({
      data: join(home, '.local/share/meshwalk'),
      log: join(home, '.local/state/meshwalk'),
    });
    expect(usualPlaces({ XDG_DATA_HOME: '/data', XDG_STATE_HOME: '/state' }, 'freebsd')).toEqual({
      data: '/data/meshwalk',
      log: '/state/meshwalk',
    });
    expect(usualPlaces({}, 'darwin')).toEqual({
      data: join(home, 'Library/Application Support/meshwalk'),
      log: join(home, 'Library/Logs/meshwalk'),
    });
    expect(usualPlaces({ LOCALAPPDATA: '/local' }, 'win32')).toEqual({
      data: '/local/meshwalk/Data',
      log: '/local/meshwalk/Log',
    });
  });

  it('is in MESHWALK_HOME where that is set', () => {
    expect(stateFolders('ada', 'sandbox', { MESHWALK_HOME: '/own' })).toMatchObject({
      state: '/own/ada/sandbox',
      log: '/own/log/meshwalk.log',
    });
  });
});
