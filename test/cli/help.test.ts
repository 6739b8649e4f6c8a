import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../src/cli/program.ts';
import type { Subcommand } from '../../src/cli/subcommand.ts';
import { Teardown } from '../../src/cli/teardown.ts';
import { de } from '../../src/words/de.ts';
import { en, type Words } from '../../src/words/en.ts';
import { expectNoEnglish } from '../words/no-english.ts';

function program(words: Words): Command {
  const nothing = () => {};
  const subcommand: Subcommand = {
    machine: { version: '0.0.0', root: '/', environment: {}, words, out: nothing, err: nothing },
    teardown: new Teardown(),
    signal: new AbortController().signal,
    leaveInterrupts: nothing,
    log: { file: '', write: () => false },
    exit: nothing,
  };
  return commandLine(subcommand);
}

function withParts(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withParts)];
}

function helpOf(command: Command): string {
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  return help;
}

describe('--help in German', () => {
  const german = withParts(program(de));

  it('is told by every command', () => {
    expect(german.length).toBeGreaterThan(15);
    for (const command of german) {
      const help = helpOf(command);
      expect(help).toMatch(/^Aufruf: /);
      expectNoEnglish(help, command.name());
      expect(help, command.name()).not.toMatch(/\b(Usage|Options|Commands|Arguments|Examples):|\((choices|default): /);
    }
  });

  it('names the same options, arguments and lines to type as the English one', () => {
    const typed = (command: Command) => ({
      name: command.name(),
      options: command.options.map(({ flags }) => flags),
      arguments: command.registeredArguments.map((argument) => argument.name()),
      lines: helpOf(command).match(/^ {2}(?:meshwalk|eval|az) .*?(?= {3}|$)/gm),
    });
    expect(german.map(typed)).toEqual(withParts(program(en)).map(typed));
  });

  it('says in German which values a choice has, and which one is taken', () => {
    const [root] = german;
    const help = root ? helpOf(root).replaceAll(/\s+/g, ' ') : '';
    expect(help).toContain('wo Befehle laufen (zur Wahl: "sandbox", "aks", "cluster", Vorgabe: "sandbox")');
  });
});
