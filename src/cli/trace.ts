import { Command } from 'commander';
import { faultOf } from '../fault.ts';
import type { TraceView } from '../tui/view/trace-tree.ts';
import type { Words } from '../words/en.ts';
import type { MeshAccessOptions } from './mesh-access.ts';
import { kubeconfigOption, openKube } from './mesh-access.ts';
import { profileOption, wholeNumber } from './options.ts';
import type { Subcommand } from './subcommand.ts';
import { examples } from './subcommand.ts';

/** `meshwalk trace`: the newest traces that the cluster's Jaeger has, or one of them as a tree. Only reads. */
interface TraceOptions extends MeshAccessOptions {
  service?: string;
  limit: number;
  json?: boolean;
}

export const traceCommand = (subcommand: Subcommand): Command => {
  const { words } = subcommand.machine;
  const { trace: usage } = words.usage;
  return new Command('trace')
    .description(usage.description)
    .argument('[id]', usage.id)
    .option('--service <name>', usage.service)
    .option('--limit <count>', usage.limit, wholeNumber(words), 10)
    .option('--json', usage.json)
    .addOption(profileOption(words))
    .addOption(kubeconfigOption(words))
    .addHelpText(
      'after',
      examples(
        words,
        ['meshwalk trace', usage.newest],
        ['meshwalk trace 4bf92f35', usage.one],
        ['meshwalk trace --service bookstore.bookstore --limit 3', usage.ofService],
      ),
    )
    .action((id: string | undefined, options: TraceOptions) => showTraces(id, options, subcommand));
};

async function showTraces(id: string | undefined, options: TraceOptions, subcommand: Subcommand): Promise<void> {
  const [{ JaegerQuery }, { microseconds, traceLines }, { LiveLines }] = await Promise.all([
    import('./jaeger-query.ts'),
    import('../tui/view/trace-tree.ts'),
    import('./live-lines.ts'),
  ]);
  const { machine, signal } = subcommand;
  const jaeger = await JaegerQuery.find(await openKube(options, subcommand), signal);
  const newest = async (limit: number): Promise<TraceView[]> => {
    const services = options.service ? [options.service] : await jaeger.services();
    const found = (await Promise.all(services.map((service) => jaeger.traces(service, limit)))).flat();
    return [...new Map(found.map((trace) => [trace.id, trace])).values()].sort((a, b) => startOf(b) - startOf(a));
  };
  if (id === undefined) {
    const traces = (await newest(options.limit)).slice(0, options.limit);
    if (options.json) machine.out(JSON.stringify(traces));
    else if (traces.length === 0) machine.out(machine.words.trace.none);
    else
      for (const trace of traces)
        machine.out(summary(trace, (value) => microseconds(value, machine.words), machine.words));
    return;
  }
  const trace = (await jaeger.trace(id)) ?? (await newest(mostLookedThrough)).find((one) => one.id.startsWith(id));
  if (!trace) {
    throw faultOf('trace.unknown', id);
  }
  if (options.json) {
    machine.out(JSON.stringify(trace));
    return;
  }
  const screen = new LiveLines(machine);
  screen.replace(traceLines(trace, { width: screen.width, glyphs: screen.theme.glyphs, words: machine.words }));
}

/** When only the first digits of an id are given. */
const mostLookedThrough = 200;

const startOf = ({ spans }: TraceView): number => Math.min(...spans.map(({ start }) => start));

function summary(trace: TraceView, shown: (microseconds: number) => string, { trace: words }: Words): string {
  const start = startOf(trace);
  const end = Math.max(...trace.spans.map((span) => span.start + span.duration));
  const first = [...trace.spans].sort((a, b) => a.start - b.start)[0];
  const failed = trace.spans.some((span) => span.failed) ? `  ${words.failed}` : '';
  const time = new Date(start / 1000).toISOString().slice(11, 23);
  const path = [...new Set(trace.spans.map(({ service }) => service))].join(', ');
  return `${trace.id}  ${time}  ${shown(end - start).padStart(8)}  ${words.spans(trace.spans.length).padStart(8)}  ${first?.operation ?? ''}  (${path})${failed}`;
}
