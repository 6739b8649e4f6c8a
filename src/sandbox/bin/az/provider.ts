import type { Provider } from '@azure/arm-resources';
import type { Argument, AzCommand, Invocation } from './command.ts';
import type { AzureConnection } from './connection.ts';

/** `az provider …`: which services a subscription may use. */
const namespaceArgument: Argument = {
  names: ['--namespace', '-n'],
  key: 'namespace',
  kind: 'value',
  required: true,
  help: 'The resource provider namespace.',
};

const table = {
  Namespace: 'namespace',
  RegistrationPolicy: 'registrationPolicy',
  RegistrationState: 'registrationState',
};

function providerView(provider: Provider): object {
  return {
    id: provider.id ?? null,
    namespace: provider.namespace ?? null,
    providerAuthorizationConsentState: null,
    registrationPolicy: provider.registrationPolicy ?? null,
    registrationState: provider.registrationState ?? null,
    resourceTypes: provider.resourceTypes ?? [],
  };
}

/** Azure answers before it is done; az says so only then (azure-cli: _update_provider). */
async function change(invocation: Invocation, to: 'Registered' | 'Unregistered'): Promise<undefined> {
  const { providers } = await invocation.connection.resources();
  const namespace = invocation.text('namespace');
  const answer = await (to === 'Registered' ? providers.register(namespace) : providers.unregister(namespace));
  if (answer.registrationState === to) return undefined;
  const action = to === 'Registered' ? 'Registering' : 'Unregistering';
  invocation.io.warn(`${action} is still on-going. You can monitor using 'az provider show -n ${namespace}'`);
  return undefined;
}

interface MissingRegistration {
  code: 'MissingSubscriptionRegistration';
  message: string;
}

export const isMissingRegistration = (error: unknown): error is MissingRegistration =>
  error instanceof Error && 'code' in error && error.code === 'MissingSubscriptionRegistration';

/** What az does by itself when a service was never used before; it too finds the name in the message alone. */
export async function registerFor(
  error: MissingRegistration,
  connection: AzureConnection,
  warn: (text: string) => void,
): Promise<void> {
  const namespace = /'([\w.]+)'/.exec(error.message)?.[1] ?? '';
  warn(`Resource provider '${namespace}' used by this operation is not registered. We are registering for you.`);
  await (await connection.resources()).providers.register(namespace);
  warn('Registration succeeded.');
}

export const providerCommands: readonly AzCommand[] = [
  {
    path: 'provider list',
    summary: 'Get all resource providers for a subscription.',
    arguments: [],
    examples: [{ what: 'List the providers as a table.', line: 'az provider list -o table' }],
    table,
    async run({ connection }) {
      const all: object[] = [];
      for await (const provider of (await connection.resources()).providers.list()) all.push(providerView(provider));
      return all;
    },
  },
  {
    path: 'provider show',
    summary: 'Get the specified resource provider.',
    arguments: [namespaceArgument],
    examples: [
      { what: 'See whether AKS may be used.', line: 'az provider show -n Microsoft.ContainerService -o table' },
    ],
    isShow: true,
    table,
    run: async ({ connection, text }) =>
      providerView(await (await connection.resources()).providers.get(text('namespace'))),
  },
  {
    path: 'provider register',
    summary: 'Register a provider.',
    arguments: [namespaceArgument],
    examples: [{ what: 'Register the provider of AKS.', line: 'az provider register -n Microsoft.ContainerService' }],
    run: (invocation) => change(invocation, 'Registered'),
  },
  {
    path: 'provider unregister',
    summary: 'Unregister a provider.',
    arguments: [namespaceArgument],
    examples: [
      { what: 'Unregister the provider of AKS.', line: 'az provider unregister -n Microsoft.ContainerService' },
    ],
    run: (invocation) => change(invocation, 'Unregistered'),
  },
];
