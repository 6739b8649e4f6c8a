import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build, serverFile } from '../cli/meshwalk.ts';

export interface ProgramResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** What the control server tells, cut to what tests read. */
export interface ControlAnswer {
  pid?: number;
  resourceGroups?: string[];
  clusters?: { id: string; server: string }[];
  error?: string;
  notices?: string[];
  azureScenario?: { name: string; seed: number } | null;
  fault?: { code: string; why?: string };
}

/**
 * The real sandbox process over a temp folder, and the programs of its bin folder as child processes: as they are
 * published, for each starts in a third of the time that it takes from its sources.
 */
export class SandboxProcess {
  readonly folder = mkdtempSync(join(tmpdir(), 'meshwalk-sandbox-'));
  child: ChildProcess | undefined;
  stderr = '';

  /** Resolves with its one line of JSON. */
  async start(args: readonly string[] = [], folder = this.folder): Promise<Record<string, unknown>> {
    build();
    const child = spawn(process.execPath, [serverFile, '--folder', folder, '--pace', 'instant', ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stderr.on('data', (chunk) => {
      this.stderr += chunk;
    });
    if (folder === this.folder && !(this.child && this.child.exitCode === null && this.child.signalCode === null))
      this.child = child;
    for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
    throw new Error(`the sandbox said nothing: ${this.stderr}`);
  }

  get running(): ChildProcess {
    if (!this.child) throw new Error('not started');
    return this.child;
  }

  /** Resolves when the process is gone. */
  async end(signal: NodeJS.Signals | 'stdin'): Promise<void> {
    const child = this.running;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    if (signal === 'stdin') child.stdin?.end();
    else child.kill(signal);
    await exited;
  }

  description(): { pid: number; control: { url: string; token: string }; azure: { endpoint: string } } {
    return JSON.parse(readFileSync(join(this.folder, 'sandbox.json'), 'utf8'));
  }

  /** What is wrong with its Azure from now on; undefined: nothing. */
  playScenario(scenario: string | undefined) {
    return this.control('POST', '/azure-scenario', undefined, { scenario: scenario ?? null });
  }

  async control(method: string, path: string, token = this.description().control.token, body?: object) {
    const response = await fetch(`${this.description().control.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as ControlAnswer };
  }

  environment(more: Record<string, string> = {}): Record<string, string> {
    return {
      PATH: `${join(this.folder, 'bin')}:/usr/bin:/bin`,
      HOME: this.folder,
      AZURE_CONFIG_DIR: join(this.folder, 'azure'),
      KUBECONFIG: join(this.folder, 'kubeconfig'),
      ...more,
    };
  }

  run(name: string, args: readonly string[], more: Record<string, string> = {}, stdin = ''): Promise<ProgramResult> {
    return new Promise((resolve) => {
      const child = execFile(
        join(this.folder, 'bin', name),
        [...args],
        { env: this.environment(more) },
        (error, stdout, stderr) => {
          const code = typeof error?.code === 'number' ? error.code : error ? -1 : 0;
          resolve({ code, stdout, stderr });
        },
      );
      // A program that ends without reading closes the pipe on us; its exit code tells the rest.
      child.stdin?.on('error', () => {});
      child.stdin?.end(stdin);
    });
  }

  /** One line as a learner types it; words with blanks in single quotes. */
  az(line: string, more: Record<string, string> = {}): Promise<ProgramResult> {
    const words = line.match(/'[^']*'|\S+/g) ?? [];
    return this.run(
      'az',
      words.map((word) => word.replace(/^'(.*)'$/, '$1')),
      more,
    );
  }

  async close(): Promise<void> {
    if (this.child) await this.end('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
