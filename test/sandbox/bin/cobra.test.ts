import { describe, expect, it } from 'vitest';
import { type CommandSpec, execute, minimumArgs, type ProgramIo } from '../../../src/sandbox/bin/cobra/command.ts';

const root: CommandSpec = {
  use: 'osm',
  short: 'Manage meshes',
  persistentFlags: [
    { name: 'osm-namespace', type: 'string', default: 'osm-system', usage: 'namespace of the control plane' },
  ],
  commands: [
    {
      use: 'namespace',
      aliases: ['ns'],
      short: 'manage namespaces',
      commands: [
        {
          use: 'add NAMESPACE ...',
          short: 'add namespace to mesh',
          example: '  osm namespace add web',
          flags: [
            { name: 'mesh-name', short: 'm', type: 'string', default: 'osm', usage: 'Name of the mesh' },
            { name: 'count', type: 'int', default: '1', usage: 'A number' },
            { name: 'quiet', short: 'q', type: 'bool', usage: 'Say less' },
          ],
          args: minimumArgs(1),
          async run({ flags, args, io }) {
            io.out(
              `${args.join(',')} ${flags.string('mesh-name')} ${flags.string('osm-namespace')} ${flags.bool('quiet')} ${flags.int('count')}\n`,
            );
            return 0;
          },
        },
      ],
    },
  ],
};

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const io: ProgramIo = {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    env: {},
    question: async () => undefined,
    isColoured: false,
    signal: new AbortController().signal,
  };
  return { code: await execute(root, argv, io), ...said };
}

describe('a command with the manners of cobra', () => {
  it('takes flags in every spelling, before, between and after arguments', async () => {
    expect((await run('ns', 'add', 'a', '--mesh-name=x', 'b', '-q')).out).toBe('a,b x osm-system true 1\n');
    expect((await run('--osm-namespace', 'kube-system', 'namespace', 'add', '-mx', '--count', '3', 'a')).out).toBe(
      'a x kube-system false 3\n',
    );
    expect((await run('namespace', 'add', '-qm', 'y', 'a')).out).toBe('a y osm-system true 1\n');
    expect((await run('namespace', 'add', '--', '-q')).out).toBe('-q osm osm-system false 1\n');
  });

  const mistakes: [string[], string][] = [
    [['namespace', 'add'], 'Error: requires at least 1 arg(s), only received 0\n'],
    [['namespace', 'add', 'a', '--nope'], 'Error: unknown flag: --nope\n'],
    [['namespace', 'add', 'a', '-z'], "Error: unknown shorthand flag: 'z' in -z\n"],
    [['namespace', 'add', 'a', '--mesh-name'], 'Error: flag needs an argument: --mesh-name\n'],
    [
      ['namespace', 'add', 'a', '--count', 'x'],
      'Error: invalid argument "x" for "--count" flag: strconv.ParseInt: parsing "x": invalid syntax\n',
    ],
    [['instal'], 'Error: unknown command "instal" for "osm"\nRun \'osm --help\' for usage.\n'],
    [
      ['namespac'],
      'Error: unknown command "namespac" for "osm"\n\nDid you mean this?\n\tnamespace\n\nRun \'osm --help\' for usage.\n',
    ],
  ];
  for (const [argv, message] of mistakes) {
    it(`answers \`osm ${argv.join(' ')}\` with cobra's words and exit code 1`, async () => {
      expect(await run(...argv)).toEqual({ code: 1, out: '', err: message });
    });
  }

  it('shows help for a command, with its flags, those it inherits, and an example', async () => {
    const help = (await run('ns', 'add', '--help')).out;
    expect(help).toContain('Usage:\n  osm namespace add NAMESPACE ... [flags]');
    expect(help).toContain('Examples:\n  osm namespace add web');
    expect(help).toContain('  -m, --mesh-name string   Name of the mesh (default "osm")');
    expect(help).toContain('Global Flags:\n      --osm-namespace string');
    expect((await run('help', 'ns', 'add')).out).toBe(help);
  });

  it('shows help for a group that is called without a subcommand', async () => {
    const group = await run('namespace');
    expect(group.code).toBe(0);
    expect(group.out).toContain('Available Commands:\n  add');
  });
});
