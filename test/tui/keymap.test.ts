import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { actionFor, chapters, keymap, keymapMarkdown, keyName, type Place } from '../../src/tui/keymap.ts';
import { en } from '../../src/words/en.ts';
import { withKeys } from '../tools/readme-keys.ts';

const places = [...new Set(keymap.flatMap((binding) => binding.places))];

describe('the keymap', () => {
  it('gives no key two meanings in one place', () => {
    const twice = places.flatMap((place) => {
      const keys = keymap.filter((binding) => binding.places.includes(place)).flatMap((binding) => binding.keys);
      return keys.filter((key, index) => keys.indexOf(key) !== index).map((key) => `${key} in ${place}`);
    });
    expect(twice).toEqual([]);
  });

  it('leaves digits and the letters a to d to the answers of questions', () => {
    for (const place of ['lesson', 'review'] as const)
      for (const key of 'abcd123456789') expect(actionFor(key, place)).toBeUndefined();
  });

  it('has a way out of every place, and Ctrl-C in all of them', () => {
    const wayOut: Record<Place, string> = {
      lesson: 'q',
      confirm: 'escape',
      editor: 'escape',
      map: 'escape',
      traffic: 'escape',
      explain: 'escape',
      'way-back': 'escape',
      share: 'escape',
      changes: 'escape',
      glossary: 'escape',
      search: 'escape',
      found: 'escape',
      reading: 'escape',
      review: 'escape',
      fields: 'escape',
      help: 'escape',
      background: 'escape',
      quit: 'escape',
    };
    for (const place of places) {
      expect(actionFor(wayOut[place], place), place).toMatch(/quit|no|close/);
      expect(actionFor('ctrl-c', place), place).toBe('interrupt');
    }
  });

  it('keeps plain characters for typing in the editor', () => {
    const typed = keymap.filter((binding) => binding.places.includes('editor')).flatMap((binding) => binding.keys);
    expect(typed.filter((key) => key.length === 1)).toEqual([]);
  });

  it('names every key of every chapter in the table of the README', () => {
    const markdown = keymapMarkdown(en, chapters);
    for (const place of chapters) expect(markdown).toContain(`| ${en.keys.chapters[place]} | |`);
    for (const binding of keymap.filter(({ places: [first] }) => first === 'lesson')) {
      expect(markdown).toContain(en.keys.bindings[binding.name].does);
      for (const key of binding.keys) expect(markdown).toContain(`\`${keyName(key, en.keys)}\``);
    }
  });

  it('names keys as keyboards do', () => {
    expect(['ctrl-c', 'alt-enter', 'enter', 'G'].map((key) => keyName(key, en.keys))).toEqual([
      'Ctrl-C',
      'Alt-Enter',
      'Enter',
      'G',
    ]);
  });

  it('stands in the README as it is', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    expect(withKeys(readme), 'stale: run node test/tools/readme-keys.ts').toBe(readme);
    expect(readme).toContain(keymapMarkdown(en));
  });
});
