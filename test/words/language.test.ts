import { describe, expect, it } from 'vitest';
import { grammarOf } from '../../src/words/grammar.ts';
import { languageIn, languageNamed, languageOf, languages, loadWords } from '../../src/words/language.ts';

describe('the language of the interface', () => {
  it('is the option, else our variable, else the locale', () => {
    expect(languageOf('de', { MESHWALK_LANG: 'en', LANG: 'en_US.UTF-8' })).toBe('de');
    expect(languageOf(undefined, { MESHWALK_LANG: 'de', LC_ALL: 'en_US.UTF-8' })).toBe('de');
    expect(languageOf(undefined, { LC_ALL: 'de_AT.UTF-8', LANG: 'en_US.UTF-8' })).toBe('de');
    expect(languageOf(undefined, { LC_MESSAGES: 'de_DE.UTF-8', LANG: 'en_US.UTF-8' })).toBe('de');
    expect(languageOf(undefined, { LANG: 'de_CH.UTF-8' })).toBe('de');
  });

  it('is English where nothing is said, or what is not spoken', () => {
    expect(languageOf(undefined, {})).toBe('en');
    expect(languageOf(undefined, { LANG: 'pt_BR.UTF-8' })).toBe('en');
    expect(languageOf('fr', { LANG: 'de_DE.UTF-8' })).toBe('en');
    expect(languageOf(undefined, { LC_ALL: 'C', LANG: 'de_DE.UTF-8' }), 'LC_ALL=C wants no German').toBe('en');
  });

  it('is read of a locale, a tag and a bare name', () => {
    expect(['de', 'DE', 'de-CH', 'de_DE.UTF-8', 'de_DE@euro'].map(languageNamed)).toEqual(Array(5).fill('de'));
    expect(['', 'C', 'POSIX', 'den', undefined].map(languageNamed)).toEqual(Array(5).fill(undefined));
  });

  it('is found in a command line before anybody reads it', () => {
    expect(languageIn(['run', '--lang', 'de', '--to', '3'])).toBe('de');
    expect(languageIn(['--lang=de'])).toBe('de');
    expect(languageIn(['--lang'])).toBeUndefined();
    expect(languageIn(['status'])).toBeUndefined();
  });

  it('comes with the catalogue that calls itself by its name', async () => {
    for (const language of languages) expect((await loadWords(language)).language).toBe(language);
  });
});

describe('grammar', () => {
  it('counts, lists and writes numbers as the language does', () => {
    const [english, german] = [grammarOf('en'), grammarOf('de')];
    const forms = { one: 'Zeile', other: 'Zeilen' };
    expect([0, 1, 2].map((count) => german.counted(count, forms))).toEqual(['0 Zeilen', '1 Zeile', '2 Zeilen']);
    expect(english.listed(['a', 'b', 'c'])).toBe('a, b, and c');
    expect(german.listed(['a', 'b', 'c'])).toBe('a, b und c');
    expect([english, german].map(({ decimal }) => decimal(1234.56, 1))).toEqual(['1234.6', '1234,6']);
    expect([english, german].map(({ short }) => short(12.345))).toEqual(['12.3', '12,3']);
  });
});
