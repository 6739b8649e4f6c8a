import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Fault } from '../../fault.ts';
import { errorCode } from '../../platform/files.ts';
import { readScenario, type ScenarioChoice, scenarioNames } from '../azure/scenarios.ts';
import { type Pace, paceFactor } from '../pace.ts';

/** The arguments of the sandbox process. */
export interface ServerArguments {
  folder: string;
  pace: Pace;
  /** Outlives the process that started it. */
  stay: boolean;
  /** What is wrong with its Azure from the start. */
  azureScenario: ScenarioChoice | undefined;
}

const usage = 'node dist/server.js --folder DIR [--pace real|brisk|instant] [--stay] [--azure-scenario NAME[:SEED]]';

const isPace = (text: string): text is Pace => text in paceFactor;

export function parseServerArguments(args: readonly string[]): ServerArguments {
  let values: { folder?: string; pace?: string; stay?: boolean; 'azure-scenario'?: string };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        folder: { type: 'string' },
        pace: { type: 'string' },
        stay: { type: 'boolean' },
        'azure-scenario': { type: 'string' },
      },
    }));
  } catch (error) {
    if (!errorCode(error)?.startsWith('ERR_PARSE_ARGS')) throw error;
    throw new Fault('sandbox.arguments', {
      what: `The arguments ${args.join(' ')} are not known.`,
      next: [usage],
      cause: error,
    });
  }
  if (!values.folder)
    throw new Fault('sandbox.arguments', { what: 'The folder of the sandbox is missing.', next: [usage] });
  const pace = values.pace ?? 'brisk';
  if (!isPace(pace))
    throw new Fault('sandbox.arguments', {
      what: `There is no pace '${pace}'.`,
      why: 'Paces are real, brisk and instant.',
      next: [usage],
    });
  const azureScenario = values['azure-scenario'] === undefined ? undefined : requireScenario(values['azure-scenario']);
  return { folder: resolve(values.folder), pace, stay: values.stay ?? false, azureScenario };
}

/** `quota`, or `throttled:7` with a seed. */
export function requireScenario(text: string): ScenarioChoice {
  const choice = readScenario(text);
  if (choice) return choice;
  throw new Fault('sandbox.scenario', {
    what: `The sandbox's Azure has no scenario '${text}'.`,
    why: `Scenarios are ${scenarioNames.join(', ')}; a seed may follow: throttled:7.`,
    next: ['meshwalk sandbox start --azure-scenario quota'],
  });
}
