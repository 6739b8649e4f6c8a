import { integerBetween, pick, type Random, seededRandom } from '../../platform/random.ts';
import { ArmError, operationPending } from './arm-error.ts';
import type { AzureState } from './azure-state.ts';
import { type AzureConditions, goodConditions } from './conditions.ts';
import { randomOf, type Scenario, type ScenarioChoice, scenarios, type Trouble } from './scenarios.ts';

/**
 * Plays one scenario at a time: says under which conditions requests are judged, and gets in the way of them as long as
 * its trouble lasts. Nothing of it is kept on disk: a sandbox that starts anew is well, but for what a scenario prepared.
 */
export type Interference = { type: 'refuse'; error: ArmError } | { type: 'cut'; when: 'before' | 'within' };

/** One answer of the kinds that pass: how long the client shall wait is drawn, too. */
const longestWaitSeconds = 3;

export class ScenarioPlayer {
  #choice: ScenarioChoice | undefined;
  #random: Random = seededRandom(0);
  #trouble: Trouble | undefined;
  #left = 0;
  conditions: AzureConditions = goodConditions;

  get choice(): ScenarioChoice | undefined {
    return this.#choice;
  }

  /** Undefined: all is well from now on. */
  play(choice: ScenarioChoice | undefined, state: AzureState): void {
    const scenario: Scenario = choice ? scenarios[choice.name] : {};
    this.#choice = choice;
    this.#random = choice ? randomOf(choice) : seededRandom(0);
    this.conditions = { ...goodConditions, ...scenario.conditions };
    this.#trouble = scenario.trouble;
    this.#left =
      scenario.trouble && 'times' in scenario.trouble
        ? integerBetween(this.#random, scenario.trouble.times[0], scenario.trouble.times[1] + 1)
        : 0;
    scenario.prepare?.(state, this.#random);
  }

  /** What happens to this request instead of an answer. */
  interfere(method: string, path: string): Interference | undefined {
    const trouble = this.#trouble;
    if (!trouble) return undefined;
    if (trouble.type === 'flaky')
      return this.#random.next() < trouble.share ? this.#one(pick(this.#random, passing) ?? 'unwell') : undefined;
    const isMeant = trouble.type !== 'busy' || (method !== 'GET' && /\/managedclusters\/[^/]+$/i.test(path));
    if (this.#left === 0 || !isMeant) return undefined;
    this.#left -= 1;
    return this.#one(trouble.type);
  }

  #one(type: Exclude<Trouble['type'], 'flaky'>): Interference {
    switch (type) {
      case 'throttled':
        return { type: 'refuse', error: tooManyRequests(integerBetween(this.#random, 1, longestWaitSeconds + 1)) };
      case 'unwell':
        return { type: 'refuse', error: unwell(pick(this.#random, [500, 502, 503, 504] as const) ?? 500) };
      case 'cut':
        return { type: 'cut', when: pick(this.#random, ['before', 'within'] as const) ?? 'before' };
      case 'busy':
        return { type: 'refuse', error: operationPending('Upgrading') };
    }
  }
}

const passing = ['throttled', 'unwell', 'cut'] as const;

const tooManyRequests = (seconds: number): ArmError =>
  new ArmError(
    429,
    'SubscriptionRequestsThrottled',
    `Number of requests for this subscription has exceeded the limit. Please try again after '${seconds}' seconds after additional tokens are available. Refer to https://aka.ms/arm-throttling for additional information.`,
    { headers: { 'retry-after': String(seconds) } },
  );

const unwellWords: Readonly<Record<500 | 502 | 503 | 504, readonly [code: string, message: string]>> = {
  500: ['InternalServerError', 'Encountered internal server error. Diagnostic information: timestamp, tracking id.'],
  502: ['BadGatewayConnection', 'The network connectivity issue encountered for the resource provider.'],
  503: ['ServerTimeout', 'The request timed out. Diagnostic information: timestamp, tracking id.'],
  504: [
    'GatewayTimeout',
    'The gateway did not receive a response from the resource provider within the specified time period.',
  ],
};

const unwell = (status: keyof typeof unwellWords): ArmError => new ArmError(status, ...unwellWords[status]);
