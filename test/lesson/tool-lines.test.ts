import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLines } from '../tools/command-lines.ts';
import { optionProblems, Program } from '../tools/help-options.ts';
import { realKubectl } from '../tools/kubectl.ts';

/** A sentence of the catalogue or of a comment on fields may begin with a program's name; a line of Markdown may not. */
const isSentence = ({ where, problem }: { where: string; problem: string }) =>
  !where.endsWith('.md') && problem.startsWith('no command');

const problemsOf = (of: Program, name: string) =>
  commandLines(name)
    .flatMap(({ where, words }) =>
      optionProblems(of, words).map((problem) => ({ where, line: words.join(' '), problem })),
    )
    .filter((one) => !isSentence(one));

describe('the lines that people are told to type', () => {
  it.each(['1.28', '1.36'] as const)('have options that kubectl %s takes', (version) => {
    expect(problemsOf(new Program(realKubectl(version)), 'kubectl')).toEqual([]);
  });

  it('have options that osm takes', () => {
    const osm = new Program(process.execPath, join(import.meta.dirname, '../../src/sandbox/bin/osm.ts'));
    expect(problemsOf(osm, 'osm')).toEqual([]);
    expect(commandLines('osm').length).toBeGreaterThan(20);
  });

  it.each([
    ['kubectl gte pods', 'no command "kubectl gte"'],
    ['kubectl get pods --namespaces x', 'no option --namespaces'],
    ['kubectl rollout restart deployment -n', '-n wants a value'],
    ['kubectl rollout restart deployment -nbookbuyer --selector=app=x', ''],
    ['kubectl exec deploy/x -- curl --no-such-option', ''],
  ])('of %s the mistake is told: %s', (line, problem) => {
    expect(optionProblems(new Program(realKubectl('1.36')), line.split(' ')).join()).toBe(problem);
  });
});
