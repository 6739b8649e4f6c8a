import type { ResourceGroup } from '@azure/arm-resources';
import { type Argument, type AzCommand, noWaitArgument, tagsArgument, tagsOf, yesArgument } from './command.ts';
import { confirm } from './confirm.ts';
import { pollEveryMs } from './connection.ts';

/** `az group …`. */
const nameArgument: Argument = {
  names: ['--name', '--resource-group', '-n', '-g'],
  key: 'name',
  kind: 'value',
  required: true,
  help: 'Name of the resource group.',
};

function groupView(group: ResourceGroup): object {
  return {
    id: group.id ?? null,
    location: group.location,
    managedBy: group.managedBy ?? null,
    name: group.name ?? null,
    properties: { provisioningState: group.properties?.provisioningState ?? null },
    tags: group.tags ?? null,
    type: group.type ?? null,
  };
}

const table = { Location: 'location', Name: 'name' };

export const groupCommands: readonly AzCommand[] = [
  {
    path: 'group create',
    summary: 'Create a new resource group.',
    arguments: [
      nameArgument,
      { names: ['--location', '-l'], key: 'location', kind: 'value', required: true, help: 'Location.' },
      {
        names: ['--managed-by'],
        key: 'managedBy',
        kind: 'value',
        help: 'The ID of the resource that manages this resource group.',
      },
      tagsArgument,
    ],
    examples: [
      {
        what: 'Create a new resource group in Southeast Asia.',
        line: 'az group create -l southeastasia -n MyResourceGroup',
      },
    ],
    table,
    async run({ connection, text, values }) {
      const tags = tagsOf(values);
      const managedBy = text('managedBy');
      const client = await connection.resources();
      const group = await client.resourceGroups.createOrUpdate(text('name'), {
        location: text('location').replaceAll(' ', '').toLowerCase(),
        ...(tags ? { tags } : {}),
        ...(managedBy ? { managedBy } : {}),
      });
      return groupView(group);
    },
  },
  {
    path: 'group show',
    summary: 'Get a resource group.',
    arguments: [nameArgument],
    examples: [{ what: 'Show one resource group.', line: 'az group show -n MyResourceGroup' }],
    isShow: true,
    table,
    run: async ({ connection, text }) =>
      groupView(await (await connection.resources()).resourceGroups.get(text('name'))),
  },
  {
    path: 'group exists',
    summary: 'Check if a resource group exists.',
    arguments: [nameArgument],
    examples: [{ what: "Check if 'MyResourceGroup' exists.", line: 'az group exists -n MyResourceGroup' }],
    run: async ({ connection, text }) =>
      (await (await connection.resources()).resourceGroups.checkExistence(text('name'))).body,
  },
  {
    path: 'group list',
    summary: 'List resource groups.',
    arguments: [{ names: ['--tag'], key: 'tag', kind: 'value', help: "A single tag in 'key[=value]' format." }],
    examples: [{ what: 'List all resource groups as a table.', line: 'az group list -o table' }],
    table: { Name: 'name', Location: 'location', Status: 'properties.provisioningState' },
    async run({ connection, text }) {
      const groups: object[] = [];
      const [key = '', value] = text('tag').split(/=(.*)/s);
      for await (const group of (await connection.resources()).resourceGroups.list()) {
        const tag = group.tags?.[key];
        if (key === '' || (tag !== undefined && (value === undefined || tag === value))) groups.push(groupView(group));
      }
      return groups;
    },
  },
  {
    path: 'group delete',
    summary: 'Delete a resource group.',
    arguments: [nameArgument, noWaitArgument, yesArgument],
    examples: [
      { what: 'Delete a resource group.', line: 'az group delete -n MyResourceGroup' },
      {
        what: 'Delete it without a question, and without waiting.',
        line: 'az group delete -n MyResourceGroup --yes --no-wait',
      },
    ],
    async run({ connection, io, text, isOn }) {
      if (!isOn('yes')) await confirm(io);
      const client = await connection.resources();
      const poller = client.resourceGroups.delete(text('name'), { updateIntervalInMs: pollEveryMs });
      await (isOn('noWait') ? poller.submitted() : io.running(poller.pollUntilDone()));
      return undefined;
    },
  },
];
