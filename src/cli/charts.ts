import { Command } from 'commander';
import { faultOf } from '../fault.ts';
import type { Words } from '../words/en.ts';
import type { MeshAccessOptions } from './mesh-access.ts';
import { kubeconfigOption, openKube } from './mesh-access.ts';
import { profileOption, wholeNumber } from './options.ts';
import type { Subcommand } from './subcommand.ts';
import { examples } from './subcommand.ts';

/** `meshwalk charts`: requests, successes and latencies per service, from the sidecars' own counters. Only reads. */
interface ChartsOptions extends MeshAccessOptions {
  every: number;
  for?: number;
  json?: boolean;
}

/** Readings that are kept; older ones give way, so that the charts show the last minutes. */
const mostReadings = 150;
/** Where nobody can press Ctrl-C at the right moment. */
const secondsWithoutTerminal = 10;

export const chartsCommand = (subcommand: Subcommand): Command => {
  const { words } = subcommand.machine;
  const { charts: usage } = words.usage;
  return new Command('charts')
    .description(usage.description)
    .option('--every <seconds>', usage.every, wholeNumber(words), 2)
    .option('--for <seconds>', usage.for, wholeNumber(words))
    .option('--json', usage.json)
    .addOption(profileOption(words))
    .addOption(kubeconfigOption(words))
    .addHelpText(
      'after',
      examples(
        words,
        ['meshwalk charts', usage.beside],
        ['meshwalk charts --for 30 | cat', usage.once],
        ['meshwalk charts --kubeconfig ~/.kube/config', usage.own],
      ),
    )
    .action((options: ChartsOptions) => showCharts(options, subcommand));
};

async function showCharts(options: ChartsOptions, subcommand: Subcommand): Promise<void> {
  const [{ readRequests }, { seriesOf }, { chartLines }, { LiveLines }, { rest, systemClock: clock }] =
    await Promise.all([
      import('../check/traffic/read-requests.ts'),
      import('../check/traffic/request-series.ts'),
      import('../tui/view/charts.ts'),
      import('./live-lines.ts'),
      import('../platform/clock.ts'),
    ]);
  const { machine, signal } = subcommand;
  if (options.every < 1) throw faultOf('charts.every');
  const kube = await openKube(options, subcommand);
  const screen = new LiveLines(machine);
  const isLive = screen.isTerminal && !options.json;
  const seconds = options.for ?? (isLive ? undefined : secondsWithoutTerminal);
  const endsAt = seconds === undefined ? Number.POSITIVE_INFINITY : clock.now() + seconds * 1000;
  const readings: Awaited<ReturnType<typeof readRequests>>[] = [];
  const draw = () => {
    const kept = readings.map(({ reading }) => reading);
    const spanMs = (kept.at(-1)?.atMs ?? 0) - (kept[0]?.atMs ?? 0);
    const series = seriesOf(kept).filter(({ steps, whole }) => whole.requestsPerSecond > 0 || steps.length === 0);
    const lines = chartLines(series, spanMs, {
      width: screen.width,
      glyphs: screen.theme.glyphs,
      words: machine.words,
    });
    if (series.length === 0) lines.push([{ text: quiet(kept.length, readings.at(-1), machine.words), role: 'dim' }]);
    screen.replace(lines);
  };
  while (!signal.aborted) {
    readings.push(await readRequests(kube, clock, signal));
    if (readings.length > mostReadings) readings.shift();
    if (isLive) draw();
    const leftMs = endsAt - clock.now();
    // What is counted is counted between two looks, however long one takes.
    if (leftMs <= 0 && readings.length > 1) break;
    const everyMs = options.every * 1000;
    await rest(clock, leftMs > 0 ? Math.min(everyMs, leftMs) : everyMs, signal);
  }
  const kept = readings.map(({ reading }) => reading);
  if (options.json) {
    const unheard = readings.at(-1)?.unheard ?? [];
    machine.out(JSON.stringify({ readings: kept.length, services: seriesOf(kept), unheard }));
  } else if (!isLive) draw();
}

function quiet(
  looks: number,
  last: { reading: { sidecars: ReadonlyMap<string, unknown> } } | undefined,
  { charts }: Words,
): string {
  if (last && last.reading.sidecars.size === 0) return charts.noSidecar;
  return looks < 2 ? charts.counting : charts.noRequest;
}
