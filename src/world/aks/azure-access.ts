import { homedir } from 'node:os';
import { join } from 'node:path';
import { faultOf } from '../../fault.ts';
import { readIfThere } from '../../platform/files.ts';
import type { AzureAccess } from '../azure-client.ts';
import { cleanSentence } from './refusals.ts';

/**
 * How a learner reaches Azure: by the login and the subscription of their Azure CLI, whose files tell without starting
 * it; or, for tests, the sandbox's Resource Manager by four variables, on this machine only.
 */
export interface AzSubscription {
  id: string;
  name: string;
  tenantId: string;
  isDefault: boolean;
  state: string;
  user: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const loopback = /^https:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d+\/?$/;
const settings = ['MESHWALK_ARM_CA', 'MESHWALK_ARM_TOKEN', 'MESHWALK_ARM_SUBSCRIPTION'] as const;

/** Throws the Fault of what is missing: a login, a subscription, or a variable. */
export function azureAccess(environment: Environment, subscription: string | undefined): AzureAccess {
  const endpoint = environment['MESHWALK_ARM_ENDPOINT'];
  if (endpoint) return localAccess(endpoint, environment);
  return { type: 'az-login', subscriptionId: subscription ?? chosenSubscription(environment).id };
}

function localAccess(endpoint: string, environment: Environment): AzureAccess {
  if (!loopback.test(endpoint)) throw faultOf('azure.endpoint', cleanSentence(endpoint));
  const [ca = '', token = '', subscriptionId = ''] = settings.map((name) => environment[name] ?? '');
  const missing = settings.filter((name) => !environment[name]);
  const caPem = ca.includes('-----BEGIN') ? ca : ca === '' ? '' : (readIfThere(ca) ?? '');
  if (missing.length === 0 && caPem === '') missing.push('MESHWALK_ARM_CA');
  if (missing.length > 0) throw faultOf('azure.endpoint-settings', missing);
  return { type: 'token', subscriptionId, endpoint, caPem, token };
}

/** The one that `az account show` shows. */
export function chosenSubscription(environment: Environment): AzSubscription {
  const all = subscriptionsOf(environment);
  if (all.length === 0) throw faultOf('azure.login', '');
  const chosen = all.find(({ isDefault }) => isDefault);
  if (!chosen) throw faultOf('azure.no-subscription');
  return chosen;
}

/** What Azure CLI knows since its last login; none where nobody ever logged in. */
export function subscriptionsOf(environment: Environment): AzSubscription[] {
  const folder = environment['AZURE_CONFIG_DIR'] || join(environment['HOME'] || homedir(), '.azure');
  const text = readIfThere(join(folder, 'azureProfile.json'));
  if (text === undefined) return [];
  try {
    // Azure CLI writes a byte order mark.
    const profile: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    const kept = isRecord(profile) && Array.isArray(profile['subscriptions']) ? profile['subscriptions'] : [];
    return kept.filter(isRecord).map(subscriptionOf);
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function subscriptionOf(entry: Record<string, unknown>): AzSubscription {
  const text = (value: unknown) => (typeof value === 'string' ? cleanSentence(value) : '');
  return {
    id: text(entry['id']),
    name: text(entry['name']),
    tenantId: text(entry['tenantId']),
    isDefault: entry['isDefault'] === true,
    state: text(entry['state']),
    user: isRecord(entry['user']) ? text(entry['user']['name']) : undefined,
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
