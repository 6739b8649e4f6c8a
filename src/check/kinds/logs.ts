import { askCluster, counted, notYet, passed, wrong } from '../answers.ts';
import { type CheckKind, SpecProblem } from '../check.ts';
import { type NamespacedName, nameOf, SpecFields } from '../spec-fields.ts';
import { findWorkload, podsOf } from '../workload.ts';

interface Spec {
  from: NamespacedName;
  container: string | undefined;
  line: { contains: string } | { matches: RegExp };
  lines: number;
}

const fields = {
  from: { description: 'the Deployment or StatefulSet as namespace/name', required: true },
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
      from: spec.namespacedName('from'),
      container: spec.optionalText('container'),
      line: matches === undefined ? { contains: contains ?? '' } : { matches },
      lines: spec.count('lines', 1),
    };
  },
  describe: (spec) => `${nameOf(spec.from)} logs ${counted(spec.lines, 'line')} with ${wanted(spec)}`,
  verify: (spec, probe) =>
    askCluster(probe, async (kube) => {
      const { namespace, name } = spec.from;
      const workload = await findWorkload(kube, spec.from);
      const expected = `${counted(spec.lines, 'line')} with ${wanted(spec)}`;
      if (!workload) {
        const tryThis = `kubectl get deployments,statefulsets -n ${namespace}`;
        return wrong({ expected, saw: `there is no workload ${name}`, on: nameOf(spec.from), tryThis });
      }
      // The API counts whole seconds, so a line of the second before the task may be counted: at most one second.
      const sinceSeconds = Math.max(1, Math.ceil((probe.clock.now() - probe.since) / 1000));
      const options = { sinceSeconds, ...(spec.container === undefined ? {} : { container: spec.container }) };
      let found = 0;
      for (const pod of await podsOf(kube, workload)) {
        if (pod.status?.phase !== 'Running') continue;
        const container = spec.container ?? pod.spec.containers[0]?.name ?? name;
        const log = await kube.podLog({ namespace, name: pod.metadata.name ?? '' }, { ...options, container });
        found += log.split('\n').filter((line) => hasIt(spec, line)).length;
      }
      if (found >= spec.lines) return passed(`${counted(found, 'such line')} since the task began`);
      const container = spec.container === undefined ? '' : ` -c ${spec.container}`;
      const tryThis = `kubectl logs ${workload.kind.toLowerCase()}/${name} -n ${namespace}${container} --tail 40`;
      return notYet({ expected, saw: `${counted(found, 'such line')} since the task began`, tryThis });
    }),
};

const wanted = ({ line }: Spec) => ('contains' in line ? JSON.stringify(line.contains) : `/${line.matches.source}/`);

const hasIt = ({ line }: Spec, text: string) =>
  'contains' in line ? text.includes(line.contains) : line.matches.test(text);
