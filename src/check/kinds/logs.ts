import { pods } from '../../kube/resources.ts';
import { askCluster, notYet, passed, wrong } from '../answers.ts';
import { type CheckKind, SpecProblem } from '../check.ts';
import { linesSince } from '../log-lines.ts';
import { SpecFields } from '../spec-fields.ts';

interface Spec {
  namespace: string;
  selector: string;
  container: string | undefined;
  line: { contains: string } | { matches: RegExp };
  lines: number;
}

const fields = {
  pod: { description: 'whose log: { namespace: bookbuyer, selector: app=bookbuyer }', required: true },
  container: { description: "the container; the pod's first if left out" },
  contains: { description: 'text that a line must contain' },
  matches: { description: 'a regular expression that a line must match' },
  lines: { description: 'how many such lines; 1 if left out' },
};

export const logs: CheckKind<Spec> = {
  kind: 'logs',
  temper: 'edge',
  summary: 'A container logged certain lines since the task began.',
  fields,
  parse(raw) {
    const spec = new SpecFields(raw, fields);
    const contains = spec.optionalText('contains');
    const matches = spec.pattern('matches');
    if ((contains === undefined) === (matches === undefined)) {
      throw new SpecProblem('', 'needs either contains or matches: what a line must have.');
    }
    return {
      ...readPod(spec.value('pod')),
      container: spec.optionalText('container'),
      line: matches === undefined ? { contains: contains ?? '' } : { matches },
      lines: spec.count('lines', 1),
    };
  },
  describe: (spec, { conditions }) => conditions.logs.title(spec.selector, spec.namespace, spec.lines, wanted(spec)),
  verify: (spec, probe) =>
    askCluster(probe, async (kube) => {
      const { namespace, selector } = spec;
      const { inNamespace, logs: words } = probe.words.conditions;
      const expected = words.expected(spec.lines, wanted(spec));
      const found = await kube.list(pods, { namespace, labelSelector: selector });
      if (found.length === 0) {
        const tryThis = `kubectl get pods -n ${namespace} --show-labels`;
        return wrong({
          expected,
          saw: words.noSuchPod,
          on: inNamespace(`Pods ${selector}`, namespace),
          tryThis,
        });
      }
      let lines = 0;
      for (const pod of found) {
        if (pod.status?.phase !== 'Running') continue;
        const container = spec.container ?? pod.spec.containers[0]?.name ?? '';
        const log = await linesSince(kube, pod, container, probe.since, probe.clock);
        lines += log.filter((line) => hasIt(spec, line)).length;
      }
      const saw = words.saw(lines);
      if (lines >= spec.lines) return passed(saw);
      const container = spec.container === undefined ? '' : ` -c ${spec.container}`;
      return notYet({ expected, saw, tryThis: `kubectl logs -n ${namespace} -l ${selector}${container} --tail 40` });
    }),
};

function readPod(raw: unknown): { namespace: string; selector: string } {
  try {
    const pod = new SpecFields(raw, podFields);
    return { namespace: pod.text('namespace'), selector: pod.text('selector') };
  } catch (problem) {
    if (problem instanceof SpecProblem)
      throw new SpecProblem(`pod${problem.field && '.'}${problem.field}`, problem.message);
    throw problem;
  }
}

const podFields = {
  namespace: { description: 'the namespace of the pods', required: true },
  selector: { description: 'their labels: app=bookbuyer', required: true },
};

const wanted = ({ line }: Spec) => ('contains' in line ? JSON.stringify(line.contains) : `/${line.matches.source}/`);

const hasIt = ({ line }: Spec, text: string) =>
  'contains' in line ? text.includes(line.contains) : line.matches.test(text);
