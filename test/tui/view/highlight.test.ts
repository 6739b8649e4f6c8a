import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pick, seededRandom } from '../../../src/platform/random.ts';
import { jsonTokens } from '../../../src/tui/view/highlight/json.ts';
import { consoleTokens, shellTokens } from '../../../src/tui/view/highlight/shell.ts';
import { yamlTokens } from '../../../src/tui/view/highlight/yaml.ts';
import { highlight } from '../../../src/tui/view/highlight.ts';
import { plain, type Span } from '../../../src/tui/view/spans.ts';

type Tokenizer = (text: string) => Span[];

/** The tokens that have a style, each as `text:role`. */
const styled = (tokens: Tokenizer, text: string): string[] =>
  tokens(text).flatMap(({ text: part, role }) => (role === 'text' || part.trim() === '' ? [] : [`${part}:${role}`]));

const yaml = (text: string) => styled(yamlTokens, text);
const shell = (text: string) => styled(shellTokens, text);
const json = (text: string) => styled(jsonTokens, text);

describe('highlighting of YAML', () => {
  it('tells keys, numbers, words and comments apart', () => {
    expect(yaml('a: 1 # one\nb.c/d: true\n"e f": no\n- g: 1.5e3')).toEqual([
      'a:syntax-key',
      '::dim',
      '1:syntax-number',
      '# one:syntax-comment',
      'b.c/d:syntax-key',
      '::dim',
      'true:syntax-word',
      '"e f":syntax-key',
      '::dim',
      'no:syntax-word',
      '-:dim',
      'g:syntax-key',
      '::dim',
      '1.5e3:syntax-number',
    ]);
  });

  it('gives a plain scalar one colour, whatever words and numbers stand in it', () => {
    expect(yaml('why: use 5 apples, true or not')).toEqual(['why:syntax-key', '::dim']);
    expect(yaml('image: nginx:1.25')).toEqual(['image:syntax-key', '::dim']);
    expect(yaml('url: http://a.b:80/#x')).toEqual(['url:syntax-key', '::dim']);
    expect(yaml('time: 12:30')).toEqual(['time:syntax-key', '::dim']);
  });

  it('keeps block scalars together, to the first line that is not deeper', () => {
    const text = 'run: |-  # as is\n  key: value # none\n\n    5\nnext: 5';
    expect(yaml(text)).toEqual([
      'run:syntax-key',
      '::dim',
      '|-:dim',
      '# as is:syntax-comment',
      '  key: value # none\n:syntax-string',
      '    5\n:syntax-string',
      'next:syntax-key',
      '::dim',
      '5:syntax-number',
    ]);
    expect(yaml('- a: >\n    in\n  b: 1').slice(4)).toEqual([
      '    in\n:syntax-string',
      'b:syntax-key',
      '::dim',
      '1:syntax-number',
    ]);
    expect(yaml('- |\n  in\n- 2').slice(2)).toEqual(['  in\n:syntax-string', '-:dim', '2:syntax-number']);
    expect(yaml('a: |1\n  two\n x\nb: 1')).toContain(' x\n:syntax-string');
    expect(yaml('a: |\nb: 1')).toContain('b:syntax-key');
  });

  it('follows quotes over lines', () => {
    expect(yaml("a: \"one\n  two: 2\"\nb: 'it''s\n  so' # c")).toEqual([
      'a:syntax-key',
      '::dim',
      '":syntax-string',
      'one\n:syntax-string',
      '  two: 2":syntax-string',
      'b:syntax-key',
      '::dim',
      "':syntax-string",
      "it''s\n:syntax-string",
      "  so':syntax-string",
      '# c:syntax-comment',
    ]);
  });

  it('knows anchors, aliases, tags, merge keys and documents', () => {
    expect(yaml('%YAML 1.2\n---\na: &x !!map\n  <<: *x\n...')).toEqual([
      '%YAML 1.2\n:dim',
      '---:dim',
      'a:syntax-key',
      '::dim',
      '&x:info',
      '!!map:info',
      '<<:syntax-key',
      '::dim',
      '*x:info',
      '...:dim',
    ]);
  });

  it('reads flow collections, over lines too', () => {
    expect(yaml('a: { b: 1, "c":2,\n  d: [x, true] }\ne: 1')).toEqual([
      'a:syntax-key',
      '::dim',
      '{:dim',
      'b:syntax-key',
      '::dim',
      '1:syntax-number',
      ',:dim',
      '"c":syntax-key',
      '::dim',
      '2:syntax-number',
      ',:dim',
      'd:syntax-key',
      '::dim',
      '[:dim',
      ',:dim',
      'true:syntax-word',
      ']:dim',
      '}:dim',
      'e:syntax-key',
      '::dim',
      '1:syntax-number',
    ]);
  });
});

describe('highlighting of shell', () => {
  it('finds the command of each part of a line', () => {
    const words = (text: string) => shell(text).filter((token) => token.endsWith(':syntax-word'));
    expect(words('A=1 kubectl get pods | grep x && osm version; (ls)')).toEqual(
      ['kubectl', 'grep', 'osm', 'ls'].map((word) => `${word}:syntax-word`),
    );
    expect(words('for i in 1 2; do echo in; done')).toEqual(
      ['for', 'in', 'do', 'echo', 'done'].map((word) => `${word}:syntax-word`),
    );
    expect(words('kubectl apply \\\n  -f x.yaml\nls')).toEqual(['kubectl:syntax-word', 'ls:syntax-word']);
    expect(words('case $x in\n a|b) ls ;;\nesac')).toContain('ls:syntax-word');
  });

  it('takes # for a comment only where a word begins', () => {
    expect(shell('echo a#b # c')).toEqual(['echo:syntax-word', '# c:syntax-comment']);
    expect(shell('echo \'# no\' "# no"').filter((token) => token.includes('comment'))).toEqual([]);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is shell
    expect(shell('echo $# ${#x}').filter((token) => token.includes('comment'))).toEqual([]);
  });

  it('sees commands inside of quotes', () => {
    expect(shell('X="a $(kubectl get "$Y" -o name) b"')).toEqual([
      'X:syntax-number',
      '=:dim',
      '":syntax-string',
      'a :syntax-string',
      '$(:syntax-number',
      'kubectl:syntax-word',
      '":syntax-string',
      '$Y:syntax-number',
      '":syntax-string',
      '-o:syntax-key',
      '):syntax-number',
      ' b:syntax-string',
      '":syntax-string',
    ]);
    expect(shell("echo 'a $(b)'")).toEqual(['echo:syntax-word', "'a $(b)':syntax-string"]);
    expect(shell('echo "\\$x \\" y" $((1 + 2)) `date`')).toContain('$((1 + 2)):syntax-number');
  });

  it('reads here-documents to their end, and YAML in those that kubectl reads', () => {
    expect(shell("cat <<'EOF' > x\n$A # b\nEOF\nls").slice(-4)).toEqual([
      '>:dim',
      '$A # b\n:syntax-string',
      'EOF:syntax-string',
      'ls:syntax-word',
    ]);
    expect(shell('cat <<-E\n\ta $B\n\tE\nls')).toEqual([
      'cat:syntax-word',
      '<<-:dim',
      'E:syntax-string',
      '\ta :syntax-string',
      '$B:syntax-number',
      '\tE:syntax-string',
      'ls:syntax-word',
    ]);
    expect(shell('kubectl apply -f - <<EOF\nkind: Pod\nEOF')).toContain('kind:syntax-key');
  });

  it('tells options from words, and redirections from both', () => {
    expect(shell('curl --silent -o/dev/null x-y 2>&1 >out')).toEqual([
      'curl:syntax-word',
      '--silent:syntax-key',
      '-o:syntax-key',
      '2>&1:dim',
      '>:dim',
    ]);
  });

  it('leaves what a session printed as it is', () => {
    expect(styled(consoleTokens, '$ kubectl get ns\nfor example\n')).toEqual(['$ :dim', 'kubectl:syntax-word']);
  });
});

describe('highlighting of JSON', () => {
  it('reads keys, strings with escapes, numbers and words', () => {
    expect(json('{"a\\"b": "c: \\u0041", "d": [-1.5e+3, null]}')).toEqual([
      '"a\\"b":syntax-key',
      '"c: \\u0041":syntax-string',
      '"d":syntax-key',
      '-1.5e+3:syntax-number',
      'null:syntax-word',
    ]);
  });
});

describe('all tokenizers', () => {
  const tokenizers: Record<string, Tokenizer> = {
    yaml: yamlTokens,
    shell: shellTokens,
    json: jsonTokens,
    console: consoleTokens,
  };
  const root = join(import.meta.dirname, '../../..');

  it('change no character of what people really write', () => {
    const files = ['lessons', 'manifests', '.github']
      .flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true }).map((name) => join(root, folder, String(name))),
      )
      .filter((name) => /\.(?:md|ya?ml)$/.test(name));
    expect(files.length).toBeGreaterThan(30);
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      for (const [name, tokens] of Object.entries(tokenizers))
        expect(
          tokens(text)
            .map(({ text: part }) => part)
            .join(''),
          `${name} of ${file}`,
        ).toBe(text);
    }
  });

  it('change no character of nonsense, and come to an end', () => {
    const random = seededRandom(7);
    const pieces = [
      '"',
      "'",
      '`',
      '$(',
      '${',
      ')',
      '}',
      '<<EOF',
      '\nEOF\n',
      '\n',
      ' ',
      '\t',
      '#',
      '\\',
      '|',
      '>',
      '- ',
      'a',
      ': ',
      '{',
      '[',
      ',',
      '&x',
      '*',
      '%',
      '💡',
      '語',
      '\r',
      '$((',
      '))',
      'case x in',
      ';;',
      '12',
    ];
    for (let round = 0; round < 1500; round += 1) {
      const length = 1 + Math.floor(random.next() * 24);
      const text = Array.from({ length }, () => pick(random, pieces)).join('');
      for (const [name, tokens] of Object.entries(tokenizers))
        expect(
          tokens(text)
            .map(({ text: part }) => part)
            .join(''),
          `${name} of ${JSON.stringify(text)}`,
        ).toBe(text);
    }
  });

  it('are cut into the lines of the text', () => {
    const text = 'a: |\n  b\n\n  c\nd: "e\n  f"\n';
    expect(highlight(text, 'YAML').map(plain)).toEqual(text.split('\n'));
    expect(highlight('anything $(', 'unknown')).toEqual([[{ text: 'anything $(', role: 'text' }]]);
  });
});
