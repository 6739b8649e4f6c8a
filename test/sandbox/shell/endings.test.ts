// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are scripts of the shell
import { describe, expect, it } from 'vitest';
import { ShellVariables } from '../../../src/sandbox/node/shell/variables.ts';
import { Box } from './container.ts';

const box = new Box();
/** A mebibyte in x. */
const long = 'x=0123456789abcdef; for i in 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6; do x=$x$x; done';

describe('a mistake in a script', () => {
  it.each([
    ['echo $((1/0))', 'divide by zero'],
    ['echo $((9007199254740991 + 1))', 'a number is larger than this sandbox counts'],
    ['echo $((08))', 'syntax error'],
    ['echo ${x?bad}', 'x: bad'],
    ['eval "if"', 'syntax error: unexpected end of file'],
    [`${long}; echo $(while :; do echo $x; done)`, 'more input than this sandbox holds in memory'],
  ])('ends what it is in, and no more: %s', async (mistake, text) => {
    const ends = async (script: string) => {
      const { code, out, err } = await box.sh(script);
      expect(err, script).toContain(text);
      return { code, out };
    };
    expect(await ends(`${mistake}; echo never`)).toEqual({ code: 2, out: '' });
    expect(await ends(`(${mistake}); echo after $?`)).toEqual({ code: 0, out: 'after 2\n' });
    expect(await ends(`${mistake} | cat; echo after`)).toEqual({ code: 0, out: 'after\n' });
    expect(await ends(`${mistake} & wait $!; echo after $?`)).toEqual({ code: 0, out: 'after 2\n' });
  });

  it('ends a script from standard input, as it does one from -c', async () => {
    expect(await box.run(['sh'], 'echo ${x?bad}\necho never\n')).toEqual({ code: 2, out: '', err: 'sh: x: bad\n' });
  });
});

describe('jobs', () => {
  it('are processes, which kill and wait know by $!', async () => {
    expect(await box.sh('(exit 7) & wait $!; echo $?; wait 99999; echo $?')).toEqual({
      code: 0,
      out: '7\n127\n',
      err: 'sh: wait: pid 99999 is not a child of this shell\n',
    });
    expect((await box.sh('sleep 1000 & kill $!; wait $!; echo $?; ps')).out).toMatch(/^143\n(?!.*sleep 1000\n)/s);
    expect((await box.sh('f() { (exit 3) & }; f; wait $!; echo $?')).out).toBe('3\n');
  });

  it('that multiply find an end, and others have their turn meanwhile', async () => {
    for (const script of ['f() { f & f & wait; }; f', 'f() { f | f; }; f', 'f() { (f) | (f); }; f']) {
      const refused = Promise.withResolvers<void>();
      const bomb = box.processes.spawn({
        argv: ['sh', '-c', script],
        env: {},
        cwd: '/',
        stdin: { read: async () => undefined, cancel: () => {} },
        stdout: { write: async () => {} },
        stderr: {
          async write(text) {
            if (String(text).includes("can't fork")) refused.resolve();
          },
        },
      });
      expect((await new Box().sh('echo others')).out).toBe('others\n');
      await refused.promise;
      bomb.kill(9);
      expect([137, 2, 0]).toContain(await bomb.ended);
    }
    expect((await box.sh('i=0; while [ $i -lt 70 ]; do sleep 1000 & i=$((i+1)); done; echo never')).err).toBe(
      "sh: can't fork: Resource temporarily unavailable\n",
    );
    expect((await box.sh('echo again')).out).toBe('again\n');
  });
});

describe('names', () => {
  it('that every object of JavaScript has are no commands, signals, operators or variables', async () => {
    for (const name of ['constructor', 'toString', '__proto__']) {
      expect(await box.sh(name)).toEqual({ code: 127, out: '', err: `sh: ${name}: not found\n` });
      expect((await box.sh(`type ${name}`)).out).toBe(`${name}: not found\n`);
      expect((await box.sh(`kill -${name} 1`)).err).toBe(`kill: bad signal name '${name}'\n`);
      expect(await box.sh(`env printenv ${name}`)).toEqual({ code: 1, out: '', err: '' });
      expect((await box.sh(`[ a ${name} b ]`)).code).toBe(2);
      expect((await box.sh(`${name}=x env | grep ${name}`)).out).toBe(`${name}=x\n`);
      expect((await box.sh(`env ${name}=x printenv ${name}`)).out).toBe('x\n');
    }
  });
});

describe('what grows without end', () => {
  it.each([
    ['f=\'eval "$f"\'; eval "$f"', 'scripts run each other more deeply than this sandbox follows'],
    [
      'echo ". /tmp/itself" > /tmp/itself; . /tmp/itself',
      'scripts run each other more deeply than this sandbox follows',
    ],
    ['set -- "" ""; while :; do set -- "$@" "$@"; done', 'a word is longer than this sandbox keeps in memory'],
    ['i=0; while :; do eval "f$i() { :; }"; i=$((i+1)); done', 'more functions than this sandbox keeps'],
    ['x=:; while :; do x="$x;$x"; eval "$x"; done', 'scripts run each other more deeply than this sandbox follows'],
    [
      'x=$(printf %01000d 0); while :; do echo "$x\\\\"; done | read y',
      'read: a line is longer than this sandbox reads',
    ],
  ])('%s comes to an end, and the others go on', async (script, text) => {
    const [{ code, err }, others] = await Promise.all([box.sh(script), new Box().sh('echo others')]);
    expect([code, err, others.out]).toEqual([2, `sh: ${text}\n`, 'others\n']);
  });

  it('variables take no more room than the sandbox has for them', () => {
    const variables = new ShellVariables('sh', [], 1);
    const mebibyte = 'x'.repeat(1 << 20);
    for (let at = 0; at < 15; at += 1) variables.set(`v${at}`, mebibyte);
    for (let times = 0; times < 100; times += 1) variables.set('v1', mebibyte);
    expect(() => variables.set('v15', mebibyte)).toThrow('larger than this sandbox keeps');
    variables.unset('v0');
    variables.set('v15', mebibyte);
  });

  it('a pattern of open brackets, or of more folders than a path has, matches nothing, at once', async () => {
    const long = (part: string) => `p='${part}'; while [ \${#p} -lt 200000 ]; do p=$p$p; done`;
    expect((await box.sh(`${long('[')}; case x in $p) echo yes;; *) echo no;; esac`)).out).toBe('no\n');
    expect((await box.sh(`mkdir /tmp/d; cd /tmp; ${long('*/../')}; set -- $p; [ "$1" = "$p" ] && echo $#`)).out).toBe(
      '1\n',
    );
  });
});
