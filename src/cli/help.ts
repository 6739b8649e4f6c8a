import type { Argument, HelpConfiguration, Option } from 'commander';
import type { Words } from '../words/en.ts';

/** How `--help` is laid out is Commander's; here are the words that it brings itself. What it says of mistakes stays as it is. */
export function helpIn({ usage: { frame } }: Words): HelpConfiguration {
  const titles: Readonly<Record<string, string>> = {
    'Usage:': frame.titles.usage,
    'Arguments:': frame.titles.arguments,
    'Options:': frame.titles.options,
    'Commands:': frame.titles.commands,
  };
  return {
    styleTitle: (title) => titles[title] ?? title,
    argumentDescription: (argument) => described(argument),
    optionDescription: (option) => described(option, option.required || option.optional),
  };

  /** `colours of the screen (choices: "auto", "light")` */
  function described({ description, argChoices, defaultValue }: Option | Argument, takesValue = true): string {
    const facts = [
      ...(argChoices ? [frame.choices(argChoices.map((choice) => JSON.stringify(choice)).join(', '))] : []),
      ...(takesValue && defaultValue !== undefined ? [frame.preset(JSON.stringify(defaultValue))] : []),
    ];
    return facts.length === 0 ? description : `${description} (${facts.join(', ')})`;
  }
}
