import { expect, it } from 'vitest';
import { Box } from '../shell/container.ts';

const box = new Box();

it('ls -h writes sizes as people read them', async () => {
  box.processes.files.write('/tmp/small', Buffer.alloc(1023));
  box.processes.files.write('/tmp/page', Buffer.alloc(4096));
  box.processes.files.write('/tmp/large', Buffer.alloc(3 << 19));
  const { out } = await box.run(['ls', '-lh', '/tmp']);
  expect(out.split('\n').flatMap((line) => /(\S+) \w{3} .* (\w+)$/.exec(line)?.slice(1) ?? [])).toEqual([
    ...['1.5M', 'large'],
    ...['4.0K', 'page'],
    ...['1023', 'small'],
  ]);
});

it.each([
  ['ls', '-R'],
  ['rm', '-i'],
])('%s refuses %s, which it does not do', async (name, flag) => {
  const { code, err } = await box.run([name, flag, '/tmp/page']);
  expect([code, err]).toEqual([1, `${name}: unrecognized option: ${flag.slice(1)}\n`]);
  expect(box.processes.files.stat('/tmp/page')).toBeDefined();
});
