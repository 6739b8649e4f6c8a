import { FileError } from '../processes/file-tree.ts';
import type { Tool } from '../processes/process.ts';
import { sh } from '../shell/sh.ts';
import { cat } from './cat.ts';
import { curl } from './curl/curl.ts';
import { echo } from './echo.ts';
import { env, printenv } from './env.ts';
import { cp, mkdir, mv, rm, rmdir, tee, touch } from './files.ts';
import { fortio } from './fortio/fortio.ts';
import { grep } from './grep.ts';
import { head } from './head.ts';
import { hostname, id, uname, whoami } from './identity.ts';
import { ls } from './ls.ts';
import { nc } from './nc.ts';
import { nslookup } from './nslookup.ts';
import { UsageError } from './options.ts';
import { basename, dirname, pwd, seq, which } from './paths.ts';
import { printf } from './printf.ts';
import { kill, ps } from './ps.ts';
import { tail } from './tail.ts';
import { tar } from './tar.ts';
import { test } from './test.ts';
import { cutTool, sort, tr, uniq } from './text.ts';
import { date, sleep } from './time.ts';
import { falseTool, trueTool } from './true.ts';
import { wc } from './wc.ts';
import { wget } from './wget.ts';

/**
 * Every program that images may have beside their own, by the last name of its path. This module is loaded when the first
 * of them starts in any container, so that a sandbox where nobody execs never reads it.
 */
const tools: Readonly<Record<string, Tool>> = {
  '[': test,
  ash: sh,
  bash: sh,
  sh,
  test,
  basename,
  cat,
  cp,
  curl,
  cut: cutTool,
  date,
  dirname,
  echo,
  egrep: grep,
  env,
  false: falseTool,
  fortio,
  grep,
  head,
  hostname,
  id,
  kill,
  ls,
  mkdir,
  mv,
  nc,
  nslookup,
  printenv,
  printf,
  ps,
  pwd,
  rm,
  rmdir,
  seq,
  sleep,
  sort,
  tail,
  tar,
  tee,
  touch,
  tr,
  true: trueTool,
  uname,
  uniq,
  wc,
  wget,
  which,
  whoami,
};

/** Wrong use is told as the tools of busybox do. */
export function toolNamed(name: string): Tool {
  const tool = tools[name];
  if (!tool) throw new Error(`no tool is registered as ${name}`);
  return {
    async run(process) {
      try {
        return await tool.run(process);
      } catch (error) {
        if (!(error instanceof UsageError) && !(error instanceof FileError)) throw error;
        // What a tool leaves of a file's failure is that of its output.
        const what = error instanceof FileError ? 'write error: ' : '';
        await process.stderr.write(`${name}: ${what}${error.message}\n`);
        return 1;
      }
    },
  };
}

export const toolNames: readonly string[] = Object.keys(tools);
