import type { Tool } from '../processes/process.ts';

export const trueTool: Tool = { run: async () => 0 };
export const falseTool: Tool = { run: async () => 1 };
