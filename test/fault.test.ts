import { describe, expect, it } from 'vitest';
import { Fault, faultOf, inWords } from '../src/fault.ts';
import { faultJson } from '../src/sandbox/server/control-server.ts';
import { findings as german } from '../src/words/de/findings.ts';
import { findings as english } from '../src/words/en/findings.ts';
import { readServerLine } from '../src/world/server-line.ts';
import { expectNoEnglish } from './words/no-english.ts';

const textOf = ({ what, why, next }: Fault): string => [what, why, ...next].join('\n');

describe('a Fault', () => {
  it('speaks English where it is thrown, and the language of its reader where it is told', () => {
    const fault = faultOf('state.in-use', 4711, '/home/ada/lock').because(new Error('EEXIST'));
    expect(fault.message).toBe('meshwalk is already running with this progress. Process 4711 holds /home/ada/lock.');
    const told = inWords(fault, german.faultTexts);
    expect(told).toMatchObject({
      code: 'state.in-use',
      what: 'meshwalk läuft mit diesem Fortschritt schon.',
      why: 'Prozess 4711 hält /home/ada/lock.',
      cause: fault.cause,
    });
    expectNoEnglish(textOf(told), 'told');
    expect(textOf(inWords(fault, english.faultTexts))).toBe(textOf(fault));
  });

  it("of the sandbox is told in the reader's language, though it went over a pipe", () => {
    const line = JSON.stringify(faultJson(faultOf('sandbox.locked', '/tmp/sandbox', 12)));
    const said = readServerLine(JSON.parse(line));
    if (said?.type !== 'fault') throw new Error(`no fault: ${line}`);
    expect(said.fault.what).toBe('Process 12 runs the sandbox in /tmp/sandbox.');
    expect(inWords(said.fault, german.faultTexts).next).toContain('Oder beende den Prozess: kill 12');
  });

  it('that another version or a server words itself stays as it was said', () => {
    const raw = new Fault('foresight.refused', { what: 'namespaces "a" is forbidden' });
    expect(inWords(raw, german.faultTexts)).toBe(raw);
    const later = readServerLine({ fault: { code: 'sandbox.later', what: 'It is later.', next: [], facts: ['x'] } });
    if (later?.type !== 'fault') throw new Error('no fault');
    expect(inWords(later.fault, german.faultTexts).what).toBe('It is later.');
    const odd = readServerLine({ fault: { code: 'sandbox.locked', what: 'Odd.', next: [], facts: [{}] } });
    if (odd?.type !== 'fault') throw new Error('no fault');
    expect(inWords(odd.fault, german.faultTexts).what).toBe('Odd.');
  });

  it('stays as another version said it, where its facts are not those of here', () => {
    const told = (code: string, what: string, facts: unknown[]) => {
      const said = readServerLine({ fault: { code, what, next: ['Do it.'], facts } });
      return said?.type === 'fault' ? textOf(inWords(said.fault, german.faultTexts)) : undefined;
    };
    // A number where a list is expected; fewer than expected; others, though they fit.
    expect(told('lesson.start-state', 'Not built.', ['mtls', 'see', 'why', 5])).toBe('Not built.\n\nDo it.');
    expect(told('sandbox.locked', 'Locked.', [])).toBe('Locked.\n\nDo it.');
    expect(told('sandbox.locked', 'Somebody runs it.', ['/tmp/a', 12])).toBe('Somebody runs it.\n\nDo it.');
  });

  it('says why the system refuses, also by a code that nobody here knows', () => {
    const refused = (errno: string) => inWords(faultOf('journal.not-written', '/j', errno), german.faultTexts).why;
    expect(refused('ENOSPC')).toBe('Die Platte ist voll.');
    expect(refused('EWHATEVER')).toBe('Das System sagt EWHATEVER.');
  });

  it('that the sandbox does not start tells how it ended, in either language', () => {
    const why = (texts: typeof english.faultTexts) =>
      inWords(faultOf('sandbox.not-started', 'killed', 'SIGKILL', 'out of memory'), texts).why;
    expect(why(english.faultTexts)).toBe('It was ended by SIGKILL. Its last words: out of memory');
    expect(why(german.faultTexts)).toBe('Der Prozess wurde durch SIGKILL beendet. Die letzten Worte: out of memory');
  });
});
