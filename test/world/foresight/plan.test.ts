import { describe, expect, it } from 'vitest';
import { foresight } from '../../../src/words/en/foresight.ts';
import type { Unforeseen } from '../../../src/world/foresight/foresight.ts';
import { planOf, type Step } from '../../../src/world/foresight/plan.ts';
import { statementsOf } from '../../../src/world/foresight/script-statements.ts';
import { textOf } from '../../../src/world/foresight/shell-words.ts';

const wordsOf = (step: Step | undefined): string[] =>
  step && 'words' in step ? step.words.map((word) => textOf(word) ?? `<${word.text}>`) : [];

/** Commands that would be asked about, each as its words. */
const asked = (script: string): string[] =>
  planOf(script).flatMap((step) => ('words' in step ? [`${step.type}: ${wordsOf(step).join(' ')}`] : []));

const inWords = ({ reason, of = '' }: Unforeseen): string => foresight.reasons[reason](of);

const reasons = (script: string): string[] =>
  planOf(script).flatMap((step) => (step.type === 'unforeseen' ? [inWords(step.why)] : []));

describe('reading a script', () => {
  it.each([
    ['kubectl apply -f a.yaml', ['kubectl apply -f a.yaml']],
    ['kubectl apply -f a.yaml; kubectl get pods', ['kubectl apply -f a.yaml', 'kubectl get pods']],
    ['a one && b two\nc three', ['a one', 'b two', 'c three']],
    ['a one \\\n  two', ['a one two']],
    ['# only a remark\na one # and another', ['a one']],
    [`a 'b c' "d e"`, [`a 'b c' "d e"`]],
    ['for n in x y; do\n  a "$n"\ndone', ['a x', 'a y']],
    ['for n in x y; do for m in 1 2; do a $n $m; done; done', ['a x 1', 'a x 2', 'a y 1', 'a y 2']],
    ['NAME=x; a $NAME', ['a x']],
    ['a 2>/dev/null >/dev/null', ['a 2 > /dev/null > /dev/null']],
  ])('finds the commands of %j', (script, texts) => {
    const found = statementsOf(script).map((one) =>
      one.type === 'pipeline' && /\$/.test(one.text)
        ? one.commands.map((words) => words.map(textOf).join(' ')).join(' | ')
        : one.text,
    );
    expect(found).toEqual(texts);
  });

  it.each([
    ['if a; then b; fi', 'what of it runs is decided while it runs'],
    ['a || kubectl delete namespace x', 'what comes after || runs only if this fails'],
    ['a &', 'it goes on beside what follows'],
    ['(cd x; a)', 'what of it runs is decided while it runs'],
    ['a > file', 'it writes to a file'],
    ['a < file', 'it reads its input from elsewhere'],
    ["a 'b", "a closing ' is missing"],
    ['a "b', 'a closing " is missing'],
    ['a $(b', 'a closing ) is missing'],
    ['X=1 a', 'it changes the environment of one command'],
    ['for n in *; do a; done', 'what it goes through is known only when it runs'],
    ['for n in x; do a', 'a closing done is missing'],
    ['while true; do a; done', 'what of it runs is decided while it runs'],
    [Array.from({ length: 61 }, () => 'a').join('\n'), 'it is more than 60 commands'],
  ])('does not pretend to understand %j', (script, why) => {
    expect(statementsOf(script).flatMap((one) => (one.type === 'opaque' ? [inWords(one.why)] : []))).toContain(why);
  });
});

describe('what is asked before a script runs', () => {
  it.each([
    ['kubectl apply -f manifests/a.yaml', ['dry-run: apply -f manifests/a.yaml']],
    ['kubectl create namespace bookbuyer', ['dry-run: create namespace bookbuyer']],
    ['kubectl -n x label pod a b=c', ['dry-run: -n x label pod a b=c']],
    ['kubectl delete pod a -n x --now', ['delete: delete pod a -n x --now']],
    [
      `kubectl patch meshconfig osm-mesh-config -n kube-system --type=merge \\\n  -p '{"spec":{}}'`,
      ['dry-run: patch meshconfig osm-mesh-config -n kube-system --type=merge -p {"spec":{}}'],
    ],
    ['kubectl rollout restart deployment/a -n x', ['patch-found: deployment/a -n x']],
    ['kubectl -n x rollout restart deployment', ['patch-found: -n x deployment']],
    ['kubectl scale deployment a b -n x --replicas=0', ['patch-found: deployment a b -n x']],
    ['kubectl scale --replicas 2 deployment/a', ['patch-found: deployment/a']],
    [
      'for name in a b; do\n  kubectl create namespace "$name"\ndone',
      ['dry-run: create namespace a', 'dry-run: create namespace b'],
    ],
    ['kubectl delete pod "$SHOP" -n x', ['delete: delete pod <"$SHOP"> -n x']],
  ])('asks about %j', (script, commands) => {
    expect(asked(script)).toEqual(commands);
    expect(reasons(script)).toEqual([]);
  });

  it.each([
    'kubectl get pods -n x',
    'kubectl logs deployment/a | grep x | tail -3',
    'kubectl rollout status deployment/a; echo',
    'POD=$(kubectl get pod -o name); kubectl logs "$POD"',
    'osm namespace list',
    'osm proxy get stats "$SHOP" -n x | grep y',
    'kubectl config current-context',
    'kubectl apply -f a.yaml --dry-run=server',
    'kubectl delete --help',
    'curl --silent http://localhost:8081/',
    'sleep 3',
    '',
  ])('has nothing to ask about %j, which only reads', (script) => {
    expect(planOf(script)).toEqual([]);
  });

  it.each([
    ['kubectl apply -f -', 'its manifest comes from elsewhere'],
    ['kubectl apply -f https://example.com/a.yaml', 'its manifest comes from elsewhere'],
    ['cat a.yaml | kubectl apply -f -', 'it changes things in the middle of a pipe'],
    ['kubectl delete pod $(kubectl get pod -o name)', '$(kubectl get pod -o name) is known only when it runs'],
    ['kubectl delete pod a*', 'a* is known only when it runs'],
    ['kubectl apply -f a.yaml --dry-run=none', 'it says itself how it is to run'],
    ['kubectl delete pod a -- b', 'it says itself how it is to run'],
    ['kubectl --context other delete pod a', 'it may go to another cluster, or as somebody else'],
    ['kubectl delete pod a --as=root', 'it may go to another cluster, or as somebody else'],
    ['kubectl replace --force -f a.yaml', 'with --force it cannot be tried out'],
    ['kubectl delete pod a -i', 'with -i it cannot be tried out'],
    ['kubectl edit pod a', 'what you will type is not known before'],
    ['kubectl exec a -- rm b', 'what a program inside a pod does is not known before'],
    ['kubectl rollout undo deployment/a', 'kubectl rollout undo has no dry run'],
    ['kubectl config delete-context a', 'it changes the kubeconfig, and no object'],
    ['kubectl frobnicate', 'kubectl frobnicate has no dry run'],
    ['az group delete --name a --yes', 'what Azure does is not known before'],
    [
      'curl --request POST http://localhost:8082/quitquitquit',
      'what a program does with a request is not known before',
    ],
    ['osm uninstall mesh', 'osm uninstall has no dry run'],
    ['"$COMMAND" x', 'which program it is, is known only when it runs'],
    ['kubectl $VERB pod a', 'what it does is known only when it runs'],
    ['./script.sh', 'what ./script.sh does is not known here'],
    ['X=$(kubectl delete pod a -i); echo', 'with -i it cannot be tried out'],
  ])('says of %j why it cannot be foreseen', (script, why) => {
    expect(reasons(script)).toEqual([why]);
    expect(asked(script)).toEqual([]);
  });

  it('asks about what changes inside a substitution too', () => {
    expect(asked('echo "$(kubectl delete pod a)"')).toEqual(['delete: delete pod a']);
  });

  it('knows what the osm CLI sends', () => {
    expect(planOf('osm namespace add a b')).toMatchObject([
      { type: 'add-to-mesh', namespaces: ['a', 'b'], mesh: 'osm', injection: 'enabled' },
    ]);
    expect(planOf('osm namespace add --mesh-name=other a --disable-sidecar-injection')).toMatchObject([
      { namespaces: ['a'], mesh: 'other', injection: 'disabled' },
    ]);
    expect(planOf('osm metrics enable --namespace a,b')).toMatchObject([
      { type: 'patch-namespace', namespaces: ['a', 'b'], podPatch: expect.anything() },
    ]);
  });
});
