import type { Random } from '../../platform/random.ts';
import { pick, seededRandom } from '../../platform/random.ts';
import type { AzureState } from './azure-state.ts';
import { locations } from './catalog.ts';
import type { AzureConditions } from './conditions.ts';

/**
 * What can be wrong with a subscription, by name: each scenario changes the conditions under which requests are judged,
 * the state that they meet, or the way their answers take. A seed makes what is random in it the same every time.
 */
export interface Scenario {
  conditions?: Partial<AzureConditions>;
  /** How the service or the network misbehaves before it is well again. */
  trouble?: Trouble;
  /** What the learner finds in the subscription; done once, when the scenario begins. */
  prepare?(state: AzureState, random: Random): void;
}

export type Trouble =
  /** Refused with 429 and Retry-After, these many times. */
  | { type: 'throttled'; times: readonly [least: number, most: number] }
  /** Answered with a 5xx, these many times. */
  | { type: 'unwell'; times: readonly [least: number, most: number] }
  /** Connections end without an answer, or in the middle of it, these many times. */
  | { type: 'cut'; times: readonly [least: number, most: number] }
  /** Writes find another operation at work, these many times. */
  | { type: 'busy'; times: readonly [least: number, most: number] }
  /** All of the first three, for this share of requests, without an end. */
  | { type: 'flaky'; share: number };

/** A group of the course's name, where somebody made it before: in another region, without our tag. */
function takeName(state: AzureState, random: Random): void {
  const region = pick(
    random,
    locations.filter(({ name }) => name !== 'southeastasia'),
  );
  state.groups['meshwalk-rg'] ??= {
    name: 'meshwalk-rg',
    location: region?.name ?? 'eastus',
    tags: null,
    provisioningState: 'Succeeded',
    managedBy: null,
  };
}

const unregister = (state: AzureState): void => {
  state.unregisteredProviders = [...new Set([...state.unregisteredProviders, 'Microsoft.ContainerService'])];
};

export const scenarios = {
  quota: { conditions: { familyVcpus: 4 } },
  'regional-quota': { conditions: { regionalVcpus: 4 } },
  'quota-late': { conditions: { regionalVcpus: 4, quotaSeenLate: true } },
  'cluster-quota': { conditions: { managedClusters: 0 } },
  size: { conditions: { sizes: 'not-allowed' } },
  'size-not-available': { conditions: { sizes: 'not-available' } },
  policy: { conditions: { allowedLocations: ['westeurope', 'northeurope'] } },
  forbidden: { conditions: { role: 'reader' } },
  'login-expired': { conditions: { login: 'expired' } },
  'login-invalid': { conditions: { login: 'invalid' } },
  'subscription-missing': { conditions: { subscription: 'missing' } },
  'subscription-disabled': { conditions: { subscription: 'disabled' } },
  locked: { conditions: { isLocked: true } },
  provider: { prepare: unregister },
  'name-taken': { prepare: takeName },
  'add-on-retired': { conditions: { offersOpenServiceMesh: false } },
  throttled: { trouble: { type: 'throttled', times: [1, 3] } },
  unwell: { trouble: { type: 'unwell', times: [1, 3] } },
  cut: { trouble: { type: 'cut', times: [1, 3] } },
  busy: { trouble: { type: 'busy', times: [1, 3] } },
  flaky: { trouble: { type: 'flaky', share: 0.3 } },
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof scenarios;

export const scenarioNames = Object.keys(scenarios).filter(isScenario);

export function isScenario(name: string): name is ScenarioName {
  return Object.hasOwn(scenarios, name);
}

/** `quota`, or `throttled:7` with a seed. */
export interface ScenarioChoice {
  name: ScenarioName;
  seed: number;
}

const written = /^([a-z-]+)(?::(\d{1,9}))?$/;

/** Undefined for a name that is none. */
export function readScenario(text: string): ScenarioChoice | undefined {
  const [, name = '', seed = '1'] = written.exec(text) ?? [];
  return isScenario(name) ? { name, seed: Number(seed) } : undefined;
}

export const randomOf = ({ seed }: ScenarioChoice): Random => seededRandom(seed);
