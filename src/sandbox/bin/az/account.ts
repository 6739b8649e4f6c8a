import type { Argument, AzCommand, Invocation } from './command.ts';
import { AzError } from './errors.ts';

/** `az account …` and `az login`: the sandbox is signed in already, to its only subscription. */
function accountView({ connection }: Invocation) {
  const { id, name, tenantId, user } = connection.config.subscription;
  return {
    environmentName: 'AzureCloud',
    homeTenantId: tenantId,
    id,
    isDefault: true,
    managedByTenants: [],
    name,
    state: 'Enabled',
    tenantId,
    user: { name: user, type: 'user' },
  };
}

const listTable = {
  Name: 'name',
  CloudName: 'cloudName',
  SubscriptionId: 'id',
  TenantId: 'tenantId',
  State: 'state',
  IsDefault: 'isDefault',
};

const nameArgument: Argument = {
  names: ['--name', '-n', '--subscription', '-s'],
  key: 'wanted',
  kind: 'value',
  required: true,
  help: 'Name or ID of subscription.',
};

export const accountCommands: readonly AzCommand[] = [
  {
    path: 'account show',
    summary: 'Get the details of a subscription.',
    arguments: [],
    examples: [{ what: 'Show the subscription in use.', line: 'az account show' }],
    table: {
      EnvironmentName: 'environmentName',
      HomeTenantId: 'homeTenantId',
      IsDefault: 'isDefault',
      Name: 'name',
      State: 'state',
      TenantId: 'tenantId',
    },
    run: async (invocation) => accountView(invocation),
  },
  {
    path: 'account list',
    summary: 'Get a list of subscriptions for the logged in account.',
    arguments: [
      {
        names: ['--all'],
        key: 'all',
        kind: 'switch',
        help: 'List all subscriptions from all clouds, including subscriptions that are not enabled.',
      },
    ],
    examples: [{ what: 'List subscriptions as a table.', line: 'az account list -o table' }],
    table: listTable,
    run: async (invocation) => {
      const { environmentName: cloudName, ...account } = accountView(invocation);
      return [{ cloudName, ...account }];
    },
  },
  {
    path: 'account set',
    summary: 'Set a subscription to be the current active subscription.',
    arguments: [nameArgument],
    examples: [{ what: 'Use a subscription by its name.', line: 'az account set --name "meshwalk sandbox"' }],
    async run({ connection, text }) {
      const { id, name } = connection.config.subscription;
      const wanted = text('wanted');
      if (wanted.toLowerCase() !== id && wanted.toLowerCase() !== name.toLowerCase())
        throw new AzError(`The subscription of '${wanted}' doesn't exist in cloud 'AzureCloud'.`);
      return undefined;
    },
  },
  {
    path: 'login',
    summary: 'Log in to Azure.',
    arguments: [
      { names: ['--use-device-code'], key: 'deviceCode', kind: 'switch', help: 'Use device code flow.' },
      { names: ['--tenant', '-t'], key: 'tenant', kind: 'value', help: 'The Microsoft Entra tenant.' },
    ],
    examples: [{ what: 'Log in interactively.', line: 'az login' }],
    table: listTable,
    async run(invocation) {
      invocation.io.warn(
        'The sandbox is signed in already; it has a subscription of its own, and nothing in it costs money.',
      );
      const { environmentName: cloudName, ...account } = accountView(invocation);
      return [{ cloudName, ...account }];
    },
  },
];
