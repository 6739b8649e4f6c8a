import { afterEach, describe, expect, it } from 'vitest';
import type { Evidence } from '../../src/classroom/protocol.ts';
import type { ClassDesk, PackedNow } from '../../src/tui/app-port.ts';
import { ShareTalk } from '../../src/tui/reader/share-talk.ts';
import { en } from '../../src/words/en.ts';
import { type Robot, startRobot } from './robot.ts';

/** A desk whose packing ends when a test says so; keeps what was sent. */
class PlayedDesk implements ClassDesk {
  readonly now = { name: 'Tuesday', connection: 'online', unsent: 0 } as const;
  readonly canCatchUp = false;
  readonly sent: { command: string; withState: boolean }[] = [];
  packed: PackedNow = { status: 'unasked' };
  seen: Evidence | undefined = {
    lesson: 'split-traffic',
    task: 'split-half',
    conditions: [{ id: 'split', status: 'wrong', text: 'weights 90 and 10' }],
    command: 'kubectl apply -f split.yaml',
    output: ['trafficsplit/bookstore-split created'],
  };

  evidence = () => this.seen;
  turnHand = () => {};
  catchUp = () => {};
  packState = () => {
    this.packed = { status: 'packing' };
  };
  packedNow = () => {
    const facts = { objects: 142, namespaces: ['bookstore'], leftOut: ['secret bookstore/login: password'] };
    this.packed = { status: 'packed', kilobytes: 51, facts };
  };
  share = ({ command }: Evidence, withState: boolean) => {
    this.sent.push({ command, withState });
  };
}

let robot: Robot | undefined;
afterEach(() => robot?.close());

async function atTask(): Promise<{ screen: Robot; desk: PlayedDesk }> {
  const desk = new PlayedDesk();
  robot = await startRobot({ commands: {}, conditions: {}, taskIndex: 0 }, 100, 30);
  robot.host.classDesk = desk;
  return { screen: robot, desk };
}

async function redrawn(screen: Robot): Promise<void> {
  screen.host.driver.notice('');
  await screen.settle();
}

describe('the card of what is shared', () => {
  it('shows all of it before, and sends that and nothing of the sandbox', async () => {
    const { screen, desk } = await atTask();
    await screen.press('E');
    expect(screen.text()).toMatch(/weights 90 and 10[\s\S]*split\.yaml[\s\S]*bookstore-split created/);
    expect(screen.text()).toContain('s sends the state of your sandbox with it');
    await screen.press('enter');
    expect(desk.sent).toEqual([{ command: 'kubectl apply -f split.yaml', withState: false }]);
  });

  it('tells what the sandbox’s state holds, and what was taken out of it, before that goes too', async () => {
    const { screen, desk } = await atTask();
    await screen.press('E');
    await screen.press('s');
    expect(screen.text()).toContain('is being packed');
    await screen.press('enter');
    expect(desk.sent).toEqual([]);
    desk.packedNow();
    await redrawn(screen);
    expect(screen.text()).toMatch(
      /142 objects in 1 namespace,[\s\S]*emptied: secret bookstore\/login: password[\s\S]*51 KB/,
    );
    await screen.press('enter');
    expect(desk.sent).toMatchObject([{ withState: true }]);
  });

  it('leaves it out again on a second s, and sends nothing on n', async () => {
    const { screen, desk } = await atTask();
    for (const key of ['E', 's', 's']) await screen.press(key);
    expect(screen.text()).not.toContain('is being packed');
    await screen.press('n');
    expect(desk.sent).toEqual([]);
    expect(screen.text()).not.toContain('Share with the instructor');
  });

  it('says so when there is nothing to share', async () => {
    const { screen, desk } = await atTask();
    desk.seen = undefined;
    await screen.press('E');
    expect(screen.text()).toContain('Nothing is under way that could be shared.');
  });
});

describe('the same in lines', () => {
  const talk = () => ({ talk: new ShareTalk(en), desk: new PlayedDesk() });

  it('tells what goes, then what else would, and sends what was told', () => {
    const { talk: share, desk } = talk();
    expect(share.open(desk).join('\n')).toMatch(/weights 90 and 10[\s\S]*Enter sends it/);
    expect(share.answer('s', desk)).toEqual([]);
    expect(share.packed(desk)).toEqual([]);
    expect(share.answer('', desk).join('\n')).toContain('is being packed');
    expect(desk.sent).toEqual([]);
    desk.packedNow();
    expect(share.packed(desk).join('\n')).toContain('51 KB');
    expect(share.packed(desk)).toEqual([]);
    share.answer('', desk);
    expect(desk.sent).toMatchObject([{ withState: true }]);
    expect(share.isOpen).toBe(false);
  });

  it('leaves all as it is on any other line', () => {
    const { talk: share, desk } = talk();
    share.open(desk);
    expect(share.answer('n', desk)).toEqual([en.typed.leftAsItIs]);
    expect(share.isOpen).toBe(false);
    desk.seen = undefined;
    expect(share.open(desk)).toEqual([en.classroom.nothingToShare]);
    expect(share.isOpen).toBe(false);
  });
});
