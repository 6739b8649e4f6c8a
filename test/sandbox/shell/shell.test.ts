// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are scripts of the shell
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Box } from './container.ts';

const box = new Box();
const prints = async (script: string, output: string, input = '') =>
  expect(await box.sh(script, input)).toEqual({ code: 0, out: output, err: '' });

/** Each runs through a POSIX shell of this machine as well, where it has one. */
const scripts: [what: string, script: string, output: string][] = [
  ['words and quotes', `echo a  'b  c' "d  e" f\\ g "it's" 'say "x"'`, `a b  c d  e f g it's say "x"\n`],
  ['variables, quoted and not', 'x="1  2"; echo $x "$x" ${x}y $nothing.', '1 2 1  2 1 2y .\n'],
  ['defaults', 'echo ${a:-none} ${a=set} $a ${a+there} ${#a}', 'none set set there 3\n'],
  ['trimming', 'p=/a/b.tar.gz; echo ${p##*/} ${p%.*} ${p%%.*} ${p#*/}', 'b.tar.gz /a/b.tar /a/b a/b.tar.gz\n'],
  ['status', 'false; echo $?; true; echo $?; (exit 7); echo $?', '1\n0\n7\n'],
  ['and, or, not', 'true && echo a || echo b; false && echo c || echo d; ! false && echo e', 'a\nd\ne\n'],
  ['pipes', 'printf "b\\na\\nb\\n" | sort | uniq -c | head -n 1', '      1 a\n'],
  [
    'command substitution',
    'echo "$(echo one; echo two)" $(echo three; echo four) `echo five`',
    'one\ntwo three four five\n',
  ],
  ['nested substitution', 'echo "$(echo "$(echo "deep")")"', 'deep\n'],
  ['arithmetic', 'i=3; echo $((i * (2 + 4) % 7)) $((i > 2 && 1)) $((-i)); : $((i += 2)); echo $i', '4 1 -3\n5\n'],
  [
    'operands that are not evaluated',
    'x=1; echo $((1 || 1/0)) $((0 && (x=5))) $((1 ? 2 : 1/0)) $((0 ? x=7 : x)) $x',
    '1 0 2 1 1\n',
  ],
  [
    'bits',
    'x=6; echo $((1 << 3 | x & 3)) $((6 ^ 3)) $((-8 >> 1)) $((~4294967296)) $((x <<= 2)) $((x |= 1)) $((1 | 2 == 2))',
    '10 5 -4 -4294967297 24 25 1\n',
  ],
  ['notations of numbers', 'x=010 y=-0x10; echo $((010 + 0x1F)) $((x + 1)) $((y))', '39 9 -16\n'],
  ['for', 'for i in 1 2 3; do echo -n "$i,"; done; echo', '1,2,3,\n'],
  [
    'while and break',
    'i=0; while true; do i=$((i+1)); [ $i -gt 3 ] && break; [ $i = 2 ] && continue; echo $i; done',
    '1\n3\n',
  ],
  ['until', 'n=2; until [ $n -eq 0 ]; do echo $n; n=$((n-1)); done', '2\n1\n'],
  ['if', 'if [ 1 = 2 ]; then echo a; elif [ -n x ]; then echo b; else echo c; fi', 'b\n'],
  ['case', 'case foo.txt in *.md|*.txt) echo text;; *) echo other;; esac', 'text\n'],
  ['functions', 'f() { echo "$1-$#"; return 4; }; f a b; echo $?', 'a-2\n4\n'],
  [
    'positional parameters',
    'set -- a "b c"; for x in "$@"; do echo "[$x]"; done; shift; echo $1 $#',
    '[a]\n[b c]\nb c 1\n',
  ],
  ['"$@" without parameters', 'set --; for x in "$@"; do echo never; done; echo end', 'end\n'],
  ['groups and subshells', 'x=1; (x=2; cd /tmp); { y=3; }; echo $x $y $(pwd)', '1 3 /\n'],
  ['here documents', 'x=5; cat <<END\nx is $x\nEND\ncat <<"END"\nraw $x\nEND', 'x is 5\nraw $x\n'],
  ['comments and continued lines', 'echo a # b\necho c \\\n  d', 'a\nc d\n'],
  ['exported variables', 'A=1; export B=2; C=3 env | grep "^[ABC]=" | sort', 'B=2\nC=3\n'],
  ['what is read', 'read a b <<E\none two three\nE\necho "$b/$a"', 'two three/one\n'],
  ['a loop that reads', 'printf "a 1\\nb 2\\n" | while read k v; do echo $v$k; done', '1a\n2b\n'],
  ['eval and dot', 'echo "y=8" > /tmp/vars; . /tmp/vars; eval "echo \\$y"', '8\n'],
  [
    'paths',
    'mkdir -p /tmp/g; touch /tmp/g/b.x /tmp/g/a.x /tmp/g/c.y; cd /tmp/g; echo *.x [bc].* "*" n*',
    'a.x b.x b.x c.y * n*\n',
  ],
  ['semicolons within quotes', "sh -c 'echo one; echo two' | wc -l", '2\n'],
  ['background', 'echo late & wait; echo done', 'late\ndone\n'],
  ['here documents in groups', '(cat <<A)\none\nA\n{ cat <<B; }; echo $(cat <<C\nin\nC\n)\ntwo\nB', 'one\ntwo\nin\n'],
  ['assignments before functions', 'X=1; f() { echo $X; env | grep ^X=; }; X=2 f; echo $X', '2\nX=2\n1\n'],
  ['assignments before builtins', 'X=1; X=2 true; echo $X; X=3 eval "echo \\$X"; echo $X', '1\n3\n3\n'],
  ['local variables', 'x=1; g() { echo $x; x=3; }; f() { local x=2 y=5; g; echo $x; }; f; echo $x$y', '2\n3\n1\n'],
  [
    'fields by IFS',
    'IFS=:; x="a::b:"; for i in $x; do echo "[$i]"; done; set -- 1 2; echo "$*"',
    '[a]\n[]\n[b]\n1:2\n',
  ],
  ['fields by blanks and more', 'IFS=" ,"; x=" a , b,,c "; for i in $x; do echo "[$i]"; done', '[a]\n[b]\n[]\n[c]\n'],
  ['no fields without IFS', 'IFS=; x="a b"; for i in $x; do echo "[$i]"; done', '[a b]\n'],
  [
    'reading by IFS',
    'printf "a,b c,d,\\n  e  \\nx\\\\\\\\ty\\n" | { IFS=, read a b; echo "$a|$b"; IFS= read -r c; echo "$c|"; read d; echo "$d"; }',
    'a|b c,d,\n  e  |\nxty\n',
  ],
  [
    'redirections of exec',
    'exec 2>&1; echo err >&2; (exec >/tmp/x; echo in); echo out; f() { exec </tmp/x; }; f; cat',
    'err\nout\nin\n',
  ],
  [
    'a status that is tested',
    'set -e; f() { false; echo on; }; f || true; eval "false; echo on" && echo end',
    'on\non\nend\n',
  ],
  ['a stage that reads something else', '(while :; do echo y; done) | exec </dev/null; echo end', 'end\n'],
  ['jobs', '(exit 5) & wait $!; echo $?', '5\n'],
  ['break outside of loops', 'f() { break; echo on; }; f; for i in 1 2; do f; done', 'on\non\non\n'],
  ['command over functions', 'pwd() { command pwd; echo own; }; cd /tmp/; pwd | tail -n 1', 'own\n'],
  ['tilde', 'HOME=/h; echo ~ ~/x "~" a~', '/h /h/x ~ a~\n'],
];

describe('the shell', () => {
  it.each(scripts)('understands %s', (_, script, output) => prints(script, output));

  it.skipIf(!existsSync('/bin/dash'))('says what dash says', () => {
    const folder = mkdtempSync(join(tmpdir(), 'meshwalk-shell-'));
    for (const [what, script, output] of scripts) {
      const own = script.replaceAll('/tmp/', `${folder}/`).replace(/echo -n/, 'printf %s');
      const real = spawnSync('/bin/dash', ['-c', own], {
        cwd: '/',
        encoding: 'utf8',
        env: { PATH: process.env['PATH'] },
      });
      expect([what, real.stdout]).toEqual([what, output]);
    }
    rmSync(folder, { recursive: true });
  });

  it('redirects to files and back, and joins the descriptors', async () => {
    await prints(
      'echo a > /tmp/f; echo b >> /tmp/f; cat < /tmp/f; ls /nope > /tmp/e 2>&1; cat /tmp/e',
      'a\nb\nls: /nope: No such file or directory\n',
    );
    expect(await box.sh('echo out; echo err >&2')).toEqual({ code: 0, out: 'out\n', err: 'err\n' });
    expect(await box.sh('ls /nope 2>/dev/null')).toEqual({ code: 1, out: '', err: '' });
    expect((await box.sh('echo x > /no/such/x')).err).toBe("sh: can't create /no/such/x: nonexistent directory\n");
    expect((await box.sh('cat < /nope')).err).toBe("sh: can't open /nope: no such file\n");
  });

  it('ends with the status of its last command, or of exit, or of the first failure under -e', async () => {
    expect((await box.sh('false')).code).toBe(1);
    expect((await box.sh('exit 3; echo never')).code).toBe(3);
    expect(await box.sh('set -e; if false; then :; fi; false || true; echo on; false; echo never')).toMatchObject({
      code: 1,
      out: 'on\n',
    });
    expect((await box.sh('set -u; echo $nope')).err).toBe('sh: nope: parameter not set\n');
  });

  it('says what it does not find, and what it is not', async () => {
    expect(await box.sh('nosuch a')).toEqual({ code: 127, out: '', err: 'sh: nosuch: not found\n' });
    expect(await box.sh('echo a; if')).toEqual({ code: 2, out: '', err: 'sh: syntax error: unexpected end of file\n' });
    expect((await box.sh('echo )')).err).toBe('sh: syntax error: unexpected ")"\n');
    for (const script of [
      '[[ a = a ]]',
      'for ((i=0;;)) do :; done',
      'cat <<< x',
      'echo ${a/b/c}',
      'trap x EXIT',
      'echo 5>x',
    ]) {
      expect((await box.sh(script)).err, script).toContain('this shell of the sandbox knows no ');
    }
  });

  it('runs what comes by standard input, which its commands may read as well', async () => {
    const script =
      'x=1\nif [ $x = 1 ]\nthen echo yes\nfi\nread line\nthis is data\necho "got: $line"\nexit 5\necho never\n';
    expect(await box.run(['sh'], script)).toEqual({ code: 5, out: 'yes\ngot: this is data\n', err: '' });
  });

  it('stops a writer when its reader is done', async () => {
    await prints('while true; do echo y; done | head -n 2', 'y\ny\n');
  });

  it('lets others have their turn while a loop never ends, and ends when it is killed', async () => {
    const endless = box.processes.spawn({
      argv: ['sh', '-c', 'while true; do :; done'],
      env: {},
      cwd: '/',
      stdin: { read: async () => undefined, cancel: () => {} },
      stdout: { write: async () => {} },
      stderr: { write: async () => {} },
    });
    expect((await box.sh('ps')).out).toContain('while true');
    expect((await box.sh(`kill -9 ${endless.pid}`)).code).toBe(0);
    expect(await endless.ended).toBe(137);
    expect((await box.sh(`kill ${endless.pid}`)).err).toBe(`kill: can't kill pid ${endless.pid}: No such process\n`);
  });

  it('has an end to what it holds: words, files, processes, nesting', async () => {
    expect((await box.sh('x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done')).code).toBe(2);
    expect((await box.sh('f() { f; }; f')).code).toBe(2);
    const doubling =
      'echo 0123456789abcdef > /tmp/a; while cat /tmp/a /tmp/a > /tmp/b && cat /tmp/b /tmp/b > /tmp/a; do :; done; rm /tmp/a /tmp/b';
    expect(await box.sh(doubling)).toEqual({ code: 0, out: '', err: 'cat: write error: No space left on device\n' });
    await prints(
      'for i in $(seq 3000); do echo $i >> /tmp/log; done; wc -l /tmp/log; tail -n 1 /tmp/log',
      '3000 /tmp/log\n3000\n',
    );
    expect((await box.sh(`${'( '.repeat(100)}true${' )'.repeat(100)}`)).err).toContain('nesting');
  });

  it('lets only root write everywhere', async () => {
    const guest = new Box(1000);
    expect(await guest.sh('echo x > /etc/x')).toMatchObject({
      code: 1,
      err: "sh: can't create /etc/x: Permission denied\n",
    });
    expect(await guest.sh('echo x > /tmp/x && cat /tmp/x && id && cd && pwd')).toMatchObject({
      code: 0,
      out: 'x\nuid=1000(guest) gid=1000(guest) groups=1000(guest)\n/home/guest\n',
    });
  });
});
