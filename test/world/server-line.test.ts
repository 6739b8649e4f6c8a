import { describe, expect, it } from 'vitest';
import { Fault } from '../../src/fault.ts';
import { readServerLine } from '../../src/world/server-line.ts';

describe('the line of the sandbox process', () => {
  it('is ready with what it found damaged', () => {
    expect(readServerLine({ ready: true, pid: 1, notices: ['A file was set aside.'] })).toEqual({
      type: 'ready',
      notices: ['A file was set aside.'],
    });
    expect(readServerLine({ ready: true })).toEqual({ type: 'ready', notices: [] });
  });

  it('is a Fault with its code and next steps', () => {
    const said = readServerLine({ fault: { code: 'sandbox.locked', what: 'Busy.', why: 'Two.', next: ['Wait.'] } });
    expect(said).toMatchObject({ type: 'fault', fault: { code: 'sandbox.locked', what: 'Busy.', next: ['Wait.'] } });
    expect(said?.type === 'fault' && said.fault).toBeInstanceOf(Fault);
  });

  it.each([[{}], [{ ready: 'yes' }], [null], ['ready'], [7], [{ fault: 'text' }]])('%j is neither', (line) => {
    expect(readServerLine(line)).toBeUndefined();
  });
});
