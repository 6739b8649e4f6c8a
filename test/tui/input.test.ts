import type { Key } from 'ink';
import { describe, expect, it } from 'vitest';
import { inputsOf } from '../../src/tui/input.ts';

const key = (flags: Partial<Key> = {}) => flags as Key;
const names = (text: string, flags?: Partial<Key>) =>
  inputsOf(text, key(flags)).map((input) =>
    input.type === 'key' ? input.name : `${input.type} ${JSON.stringify(input.text)}`,
  );

describe('keys as Ink hands them over', () => {
  it('takes one read with many keys apart', () => {
    expect(names('jjj')).toEqual(['j', 'j', 'j']);
    expect(names('ls\r')).toEqual(['l', 's', 'enter']);
    expect(names(':ls -l\r')).toEqual([':', 'l', 's', 'space', '-', 'l', 'enter']);
    expect(names('e\u0301x')).toEqual(['e\u0301', 'x']);
  });

  it('takes a read with text after an Enter for a paste, so that it cannot run anything', () => {
    expect(names('rm -rf x\ry\r')).toEqual(['paste "rm -rf x\\ry\\r"']);
    expect(names('kubectl delete pod x\r')).toEqual(['paste "kubectl delete pod x\\r"']);
  });

  it('names control, alt and function keys', () => {
    expect(names('c', { ctrl: true })).toEqual(['ctrl-c']);
    expect(names('b', { meta: true })).toEqual(['alt-b']);
    expect(names('', { return: true, meta: true })).toEqual(['alt-enter']);
    expect(names('', { escape: true, meta: true })).toEqual(['escape']);
    expect(names('', { leftArrow: true, ctrl: true })).toEqual(['ctrl-left']);
    expect(names('\n')).toEqual(['ctrl-j']);
    expect(names('')).toEqual([]);
  });
});
