import { own } from '../../../kube/json-value.ts';
import { ExecutableError, type Tool } from '../processes/process.ts';
import { complain } from './options.ts';

const assignment = /^([A-Za-z_]\w*)=([\s\S]*)$/;

/** `env`, `env -i`, and `env NAME=value command`. */
export const env: Tool = {
  async run(process) {
    const args = process.argv.slice(1);
    const isEmpty = args[0] === '-i' || args[0] === '-';
    if (isEmpty) args.shift();
    const variables = new Map(isEmpty ? [] : Object.entries(process.env));
    while (assignment.test(args[0] ?? '')) {
      const [, name = '', value = ''] = assignment.exec(args.shift() ?? '') ?? [];
      variables.set(name, value);
    }
    if (args.length === 0) {
      await process.stdout.write([...variables].map(([name, value]) => `${name}=${value}\n`).join(''));
      return 0;
    }
    try {
      const { ended } = process.system.spawn({
        ...process,
        argv: args,
        env: Object.fromEntries(variables),
        parent: process.signal,
      });
      return await ended;
    } catch (error) {
      if (!(error instanceof ExecutableError)) throw error;
      return complain(process, `can't execute '${error.executable}': No such file or directory`, 127);
    }
  },
};

export const printenv: Tool = {
  async run(process) {
    const names = process.argv.slice(1);
    if (names.length === 0) return env.run({ ...process, argv: ['env'] });
    const values = names.map((name) => own(process.env, name));
    for (const value of values) if (value !== undefined) await process.stdout.write(`${value}\n`);
    return values.includes(undefined) ? 1 : 0;
  },
};
