import { realpathSync } from 'node:fs';
import { Fault, faultOf } from '../fault.ts';
import { systemClock } from '../platform/clock.ts';
import { fileFault } from '../platform/files.ts';
import { systemRandom } from '../platform/random.ts';
import { parseServerArguments } from './server/command-line.ts';
import { faultJson } from './server/control-server.ts';
import { Notices } from './server/notices.ts';
import { type Sandbox, startSandbox } from './server/sandbox.ts';
import { surviveStrayRejections } from './server/stray-rejections.ts';

/**
 * The sandbox process: `node dist/server.js --folder DIR [--pace real|brisk|instant] [--stay] [--azure-scenario NAME[:SEED]]`. It holds a cluster, a mesh
 * and an Azure for one learner on loopback ports; it does not know lessons, and outlives its parent only with --stay.
 *
 * It writes DIR/sandbox.json (0600: pid, start time, control URL and token; see server/control-server.ts for what the
 * control server answers), DIR/azure/meshwalk.json (AZURE_CONFIG_DIR of `az`), DIR/bin/{az,osm,kubectl} and DIR/state.
 * stdout: one JSON line, {"ready":true,…,"notices":[sentence,…]} or {"fault":{code,what,why,next,facts}} with exit code 1. stderr: the log.
 */
const log = (line: string) => void process.stderr.write(`${line}\n`);
const say = (message: object) => void process.stdout.write(`${JSON.stringify(message)}\n`);

/** Long enough to end pods and flush stores, short enough for a learner who waits for the prompt. */
const closeWithinMs = 3_000;

function failWith(error: unknown): void {
  process.exitCode = 1;
  if (error instanceof Fault) {
    say(faultJson(error));
    return;
  }
  const why = error instanceof Error ? error.message : String(error);
  say({ fault: { code: 'sandbox.bug', what: 'The sandbox could not start.', why, next: [] } });
  log(error instanceof Error && error.stack ? error.stack : why);
}

async function main(): Promise<void> {
  const { folder, pace, stay, azureScenario } = parseServerArguments(process.argv.slice(2));
  const stopping = Promise.withResolvers<void>();
  const stop = () => stopping.resolve();
  process.on('SIGTERM', stop).on('SIGINT', stop).on('SIGHUP', stop);
  if (!stay) process.stdin.on('end', stop).on('error', stop).resume();
  // Whoever reads our output may go first.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  surviveStrayRejections(log);

  const notices = new Notices(log);
  const saidReady = Promise.withResolvers<void>();
  let sandbox: Sandbox;
  try {
    sandbox = await startSandbox({
      folder,
      pace,
      azureScenario,
      clock: systemClock,
      entry: realpathSync(process.argv[1] ?? ''),
      startCluster: async (spec, clusterFolder) => {
        // The cluster is the largest part of the program; a sandbox without one is ready sooner.
        const { startCluster } = await import('./cluster.ts');
        return startCluster({
          spec,
          folder: clusterFolder,
          pace,
          clock: systemClock,
          random: systemRandom,
          log,
          notice: (sentence) => notices.add(sentence),
          begin: saidReady.promise,
        });
      },
      notices,
      log,
      onStop: stop,
    });
  } catch (error) {
    throw fileFault(error, (errno) => faultOf('sandbox.folder', folder, errno));
  }
  say({ ready: true, pid: process.pid, description: sandbox.description, notices: notices.sentences });
  saidReady.resolve();
  await stopping.promise;
  setTimeout(() => process.exit(0), closeWithinMs).unref();
  await sandbox.close();
}

main()
  .catch(failWith)
  .finally(() => {
    // Whatever still holds the process after its end, nobody would ever stop it.
    setTimeout(() => process.exit(), closeWithinMs).unref();
    process.stdin.pause();
    process.stdin.unref?.();
  });
