import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestProgram } from './start-program.ts';

const program = new TestProgram();
beforeAll(() => program.bundle());
afterAll(() => program.end());

describe('reading on a terminal', () => {
  it('searches the text and all lessons, and explains the fields of a manifest, in 60 columns', {
    timeout: 90_000,
  }, async () => {
    const session = program.start({ TASK: '0', TERM: 'xterm-kitty' }, 60, 20);
    await session.waitForText('Send half');
    session.write('/service');
    await session.waitForText('3 here');
    session.press('enter');
    await session.waitForText('"service": 1 of 3');
    session.write('n');
    await session.waitForText('"service": 2 of 3');
    session.press('escape');
    // Esc and a key in one read would be another key.
    await session.waitFor((screen) => !screen.includes('2 of 3'), 'the end of the search');
    session.write('/weight');
    await session.waitForText('/ weight');
    session.press('tab');
    await session.waitForText('"weight" in all lessons');
    session.write('G');
    session.press('enter');
    await session.waitForText('To read: Welcome');
    expect(session.screen()).toContain('▸Later its requests are split by weight.');
    session.press('escape');
    await session.waitForText('"weight" in all lessons');
    session.press('escape');
    await session.waitForText('Send half');
    session.write('f');
    await session.waitForText('TrafficSplit.apiVersion');
    session.write('G');
    await session.waitForText('Limits: minimum 0');
    expect(session.screen()).toContain('TrafficSplit.spec.weight');
    session.press('escape');
    await session.waitForText('Send half');
    // The address in the note is a link of this terminal, and nothing else is.
    session.write('G');
    await session.waitForText('localhost:8081');
    expect(session.raw).toContain('\u001b]8;;http://localhost:8081/');
    session.write('q');
    await session.ended;
    expect(session.screen()).toContain('ended: {"type":"quit"}');
  });
});
