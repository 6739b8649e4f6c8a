import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fault, faultOf } from '../fault.ts';
import { startTimeOf } from '../platform/process-identity.ts';
import type { AzureAccess } from './azure-client.ts';
import { readServerLine } from './server-line.ts';

/** The door of a sandbox process that runs on a folder, as its sandbox.json tells. */
export interface SandboxDoor {
  pid: number;
  startTime: string;
  url: string;
  token: string;
}

const resetMs = 30_000;

/** Undefined when no process runs there. */
export async function findDoor(folder: string): Promise<SandboxDoor | undefined> {
  const file = await readJson(join(folder, 'sandbox.json'));
  const control = file && isRecord(file['control']) ? file['control'] : undefined;
  if (!file || !control) return undefined;
  const door = {
    pid: Number(file['pid']),
    startTime: String(file['startTime']),
    url: String(control['url']),
    token: String(control['token']),
  };
  return isRunning(door) ? door : undefined;
}

export const isRunning = (door: SandboxDoor): boolean => startTimeOf(door.pid) === door.startTime;

/** On a busy machine an answer takes its time; one that is about to end refuses at once. */
const answerMs = 10_000;

/** Whether it answers; one that is about to end does not. */
export function answers(door: SandboxDoor): Promise<boolean> {
  return ask(door, 'GET', '/status', AbortSignal.timeout(answerMs)).then(
    () => true,
    () => false,
  );
}

/** What it found damaged when it started; nothing when it does not answer. */
export async function noticesOf(door: SandboxDoor): Promise<readonly string[]> {
  try {
    const status: unknown = JSON.parse(await ask(door, 'GET', '/status', AbortSignal.timeout(answerMs)));
    return isRecord(status) && Array.isArray(status['notices']) ? status['notices'].map(String) : [];
  } catch {
    return [];
  }
}

/** Forgets every cluster and all of Azure. */
export async function resetSandbox(door: SandboxDoor): Promise<void> {
  await ask(door, 'POST', '/reset', AbortSignal.timeout(resetMs));
}

/** Keeps all that there is now under this id. */
export async function snapshotSandbox(door: SandboxDoor, id: string, note: unknown): Promise<void> {
  await ask(door, 'POST', '/snapshot', AbortSignal.timeout(resetMs), { id, note });
}

/** Resolves when it answers again, as it was. */
export async function restoreSandbox(door: SandboxDoor, id: string): Promise<void> {
  await ask(door, 'POST', '/restore', AbortSignal.timeout(resetMs), { id });
}

/** What is wrong with its Azure from now on: `quota`, `throttled:7`; undefined: nothing. */
export async function playScenario(door: SandboxDoor, scenario: string | undefined): Promise<void> {
  const signal = AbortSignal.timeout(answerMs);
  await ask(door, 'POST', '/azure-scenario', signal, { scenario: scenario ?? null });
}

async function ask(
  door: SandboxDoor,
  method: string,
  path: string,
  signal: AbortSignal,
  json?: object,
): Promise<string> {
  const headers = { authorization: `Bearer ${door.token}` };
  const sent = json === undefined ? {} : { body: JSON.stringify(json) };
  const response = await fetch(door.url + path, { method, headers, signal, ...sent });
  const body = await response.text();
  if (response.ok) return body;
  const fault = faultIn(body);
  if (fault) throw fault;
  throw faultOf('sandbox.control', `${method} ${path}`, response.status, body.slice(0, 200));
}

/** What it could not do, in its own words. */
function faultIn(body: string): Fault | undefined {
  try {
    const said = readServerLine(JSON.parse(body));
    return said?.type === 'fault' ? said.fault : undefined;
  } catch {
    return undefined;
  }
}

/** How its Resource Manager is reached; undefined until the process wrote it. */
export async function readAzureAccess(folder: string): Promise<AzureAccess | undefined> {
  const file = await readJson(join(folder, 'azure', 'meshwalk.json'));
  const subscription = file && isRecord(file['subscription']) ? file['subscription'] : undefined;
  if (!file || !subscription) return undefined;
  return {
    type: 'token',
    subscriptionId: String(subscription['id']),
    endpoint: String(file['endpoint']),
    caPem: String(file['ca']),
    token: String(file['token']),
  };
}

async function readJson(path: string): Promise<Record<string, unknown> | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
