import type { Tool } from '../processes/process.ts';
import { unescaped } from './escapes.ts';
import { asBytes, bytesOf } from './options.ts';

export const echo: Tool = {
  async run(process) {
    const words = process.argv.slice(1);
    let letters = '';
    while (/^-[neE]+$/.test(words[0] ?? '')) letters += words.shift();
    const text = words.join(' ');
    const shown = /e[^E]*$/.test(letters) ? unescaped(text, 'argument') : { text: asBytes(text), isLast: false };
    const end = letters.includes('n') || shown.isLast ? '' : '\n';
    await process.stdout.write(bytesOf(shown.text + end));
    return 0;
  },
};
