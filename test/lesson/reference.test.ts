import { expect, it } from 'vitest';
import { checkKinds } from '../../src/check/registry.ts';
import { commandAttributes } from '../../src/lesson/commands.ts';
import { frontMatterFields } from '../../src/lesson/front-matter.ts';
import { questionFields } from '../../src/lesson/questions.ts';
import { referenceFor } from '../../src/lesson/reference.ts';
import { twinAttributes } from '../../src/lesson/twins.ts';

const text = referenceFor(checkKinds);

it.each(checkKinds)('the reference tells what $kind wants: its summary and each of its fields', (kind) => {
  const start = text.indexOf(`${kind.kind} (${kind.temper}): ${kind.summary}`);
  expect(start).toBeGreaterThan(0);
  const section = text.slice(start).split('\n\n')[0] ?? '';
  for (const [name, { description, required }] of Object.entries(kind.fields)) {
    expect(section.split('\n')).toContainEqual(
      expect.stringMatching(new RegExp(`^  [${required ? '*' : ' '}] ${name} `)),
    );
    expect(section).toContain(description);
  }
});

it('the reference tells every attribute of commands, lessons and questions', () => {
  for (const fields of [commandAttributes, twinAttributes, frontMatterFields, questionFields]) {
    for (const { description } of Object.values(fields)) expect(text).toContain(description);
  }
});
