import { describe, expect, it } from 'vitest';
import { BytePipe, readAll } from '../../../src/sandbox/node/processes/byte-stream.ts';
import { TerminalDevice } from '../../../src/sandbox/node/processes/terminal-device.ts';
import { Box } from '../shell/container.ts';

const box = new Box();
/** A mebibyte in x. */
const long = 'x=0123456789abcdef; for i in 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6; do x=$x$x; done';
const prints = async (script: string, out: string) => expect(await box.sh(script)).toEqual({ code: 0, out, err: '' });

/** The bytes that a command prints, some of which are no text. */
async function bytesOf(script: string): Promise<string> {
  const pipe = new BytePipe();
  const { ended } = box.processes.spawn({
    argv: ['sh', '-c', script],
    env: {},
    cwd: '/',
    stdin: { read: async () => undefined, cancel: () => {} },
    stdout: pipe,
    stderr: pipe,
  });
  void ended.then(() => pipe.end());
  return (await readAll(pipe)).toString('hex');
}

describe('expressions', () => {
  it('take no longer for being nested', async () => {
    const letters = 'a'.repeat(28);
    expect((await box.sh(`echo ${letters}b | grep -cE '^(a+)+$'`)).out).toBe('0\n');
    expect(
      (await box.sh(`case ${letters}${letters} in ${'*a'.repeat(25)}*b) echo no;; *) echo other;; esac`)).out,
    ).toBe('other\n');
    const slashes = `x=${'/a'.repeat(20_000)}`;
    await prints(`${slashes}; x=\${x%%*b}; echo \${#x}; x=\${x##*/}; echo $x`, '40000\na\n');
  });

  it('that would take long all the same are refused', async () => {
    expect((await box.sh(`${long}; case $x in ${'*a'.repeat(200)}b) ;; esac`)).err).toContain(
      'longer than this sandbox',
    );
    expect((await box.sh(`${long}; echo $x | grep -E '(a|b|c){50}z'`)).err).toContain('longer than this sandbox');
    expect((await box.sh(`echo ${'/*/..'.repeat(12)}`)).err).toContain('more paths than this sandbox follows');
    expect((await box.sh("echo aa | grep '\\(a\\)\\1'")).err).toContain('no back references');
  });

  it('find what POSIX says', async () => {
    await prints(`echo 'a1 b22' | grep -oE '[[:digit:]]+'`, '1\n22\n');
    await prints(`echo foobar | grep -oE 'foo|foobar'`, 'foobar\n');
    await prints(
      `printf 'a.b\\naxb\\n' | grep -F a.b; printf 'A\\n' | grep -i a; echo 'a+' | grep 'a+'`,
      'a.b\nA\na+\n',
    );
    expect((await box.sh('echo x | grep "["')).err).toContain("grep: bad regex '['");
    await prints(
      'for x in 5 a B _ ] -; do case $x in [[:digit:]]) echo d;; [[:alpha:]]) echo l;; []-]) echo b;; [!a-z]) echo o;; esac; done',
      'd\nl\nl\no\nb\nb\n',
    );
    await prints(
      'x="[a]*"; case "[a]*" in "$x") echo same;; esac; case b in [a"-"c]) echo no;; *) echo not;; esac',
      'same\nnot\n',
    );
  });
});

describe('printf and echo', () => {
  it('print bytes, whatever they are called by', async () => {
    expect(await bytesOf("printf '\\101\\x42\\303\\244%b' '\\0303\\0244\\351'")).toBe('4142c3a4c3a4e9');
    expect(await bytesOf("echo -e '\\xff\\0101\\x'; echo -ne 'a\\cb'; echo -E '\\n'")).toBe('ff415c780a615c6e0a');
  });

  it('print numbers as C does, and say what is none', async () => {
    await prints(
      `printf '%05d|%-4d|%+d|%x|%X|%#o|%u|%c|%.2f|%e|%3s|%.2s|%%\\n' -3 7 5 255 -1 8 -1 xyz 1.005 12345 a abc`,
      '-0003|7   |+5|ff|FFFFFFFFFFFFFFFF|010|18446744073709551615|x|1.00|1.234500e+04|  a|ab|%\n',
    );
    await prints(
      `printf '%d %d %d\\n' 0x10 010 "'A"; printf '%*d|%-*d|\\n' 4 1 3 2; printf '%s-%s\\n' a b c`,
      '16 8 65\n   1|2  |\na-b\nc-\n',
    );
    expect(await box.sh('printf "%d\\n" abc')).toEqual({ code: 1, out: '0\n', err: "printf: invalid number 'abc'\n" });
    expect((await box.sh('printf %y 1')).err).toBe('printf: %y: invalid format\n');
  });

  it('print nothing that would fill the memory', async () => {
    expect((await box.sh("printf '%400000000s' x")).err).toContain('wider than this sandbox prints');
    expect((await box.sh("printf '%.*d' 400000000 1")).err).toContain('wider than this sandbox prints');
    expect((await box.sh(`${long}; while :; do echo $x; done | sort`)).err).toContain(
      'more input than this sandbox holds',
    );
    expect((await box.sh(`${long}; while :; do echo $x; done | tail -n 1000000000`)).err).toContain(
      'more input than this sandbox',
    );
    expect((await box.sh('tail -n 1e9 /etc/hosts')).err).toBe("tail: invalid number '1e9'\n");
  });
});

it('bytes that are no text pass through the tools and the terminal as they are', async () => {
  const bytes = "printf '\\377\\303\\n\\200b\\n'";
  for (const tool of ['cat', 'head -n 5', 'tail -n 5', 'grep ""', 'sort -r', 'uniq', 'cut -c1-9', 'tr x y']) {
    expect(await bytesOf(`${bytes} | ${tool}`), tool).toBe('ffc30a80620a');
  }
  expect(await bytesOf(`${bytes} | head -c 1`)).toBe('ff');
  expect(await bytesOf('echo ÄÖ | head -c 3')).toBe('c384c3');
  expect((await box.sh('echo aB1 | tr "[:lower:]" "[:upper:]"; echo a1 | tr -d "[:digit:]"')).out).toBe('AB1\na\n');

  const shown: Buffer[] = [];
  const device = new TerminalDevice({ write: async (chunk) => void shown.push(Buffer.from(chunk)) });
  await device.output.write(Buffer.from([0xc3]));
  await device.output.write(Buffer.from([0xa4, 10, 0xff]));
  expect(Buffer.concat(shown).toString('hex')).toBe('c3a40d0aff');
});
