import type { Condition, KubeObject } from '../../../kube/objects.ts';
import { getObject, requestJson } from '../api/connection.ts';
import type { CommandSpec } from '../cobra/command.ts';
import { UsageError } from '../cobra/flags.ts';
import { placesOf } from './change.ts';
import { printedKind } from './discovery.ts';
import { jsonPathValues } from './jsonpath.ts';
import { allNamespacesFlag, filenameFlag, openSession, selectorFlag } from './session.ts';
import { follow, goDuration } from './waiting.ts';

/** `kubectl wait --for=condition=Ready | delete | create | jsonpath='{…}'[=value]`. */
type Goal = { word: string; deletes?: boolean; met(object: KubeObject | undefined): boolean };

interface WithConditions extends KubeObject {
  status?: { conditions?: Condition[]; observedGeneration?: number };
}

function goalOf(text: string): Goal {
  const lower = text.toLowerCase();
  if (lower === 'delete') return { word: 'condition met', deletes: true, met: (object) => object === undefined };
  if (lower === 'create') return { word: 'condition met', met: (object) => object !== undefined };
  const condition = /^condition=([^=]+)(?:=(.+))?$/i.exec(text);
  if (condition) {
    const [type = '', wanted = 'true'] = [condition[1]?.toLowerCase(), condition[2]?.toLowerCase()];
    const met = (object: KubeObject | undefined) => {
      const status = (object as WithConditions | undefined)?.status;
      if (status?.observedGeneration !== undefined && status.observedGeneration < (object?.metadata.generation ?? 0))
        return false;
      return (
        status?.conditions?.some(
          (entry) => entry.type.toLowerCase() === type && entry.status.toLowerCase() === wanted,
        ) ?? false
      );
    };
    return { word: 'condition met', met };
  }
  const path = /^jsonpath=(\{[^}]*\})(?:=(.*))?$/s.exec(text);
  if (path) {
    const met = (object: KubeObject | undefined) => {
      const values = object ? jsonPathValues(path[1] ?? '', object) : [];
      return path[2] === undefined ? values.length > 0 : values.some((value) => String(value) === path[2]);
    };
    return { word: 'condition met', met };
  }
  throw new UsageError(`unrecognized condition: ${JSON.stringify(text)}`);
}

export const waitCommand: CommandSpec = {
  use: 'wait ([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=create|--for=delete|--for condition=available]',
  short: 'Wait for a specific condition on one or many resources',
  example:
    '  # Wait for a pod to be ready\n  kubectl wait --for=condition=Ready pod -l app=bookbuyer -n bookbuyer --timeout=60s',
  flags: [
    filenameFlag,
    selectorFlag,
    allNamespacesFlag,
    { name: 'all', type: 'bool', usage: 'Select all resources in the namespace of the specified resource types' },
    {
      name: 'for',
      type: 'string',
      usage:
        'The condition to wait on: [create|delete|condition=condition-name[=condition-value]|jsonpath={JSONPath}=[value]].',
    },
    {
      name: 'timeout',
      type: 'duration',
      default: '30s',
      usage: 'The length of time to wait before giving up. Zero means check once.',
    },
  ],
  async run(invocation) {
    const session = await openSession(invocation);
    if (!session.flags.has('for')) throw new Error('unrecognized condition: []');
    const goal = goalOf(session.flags.string('for'));
    const places = await placesOf(session, session.args);
    if (places.length === 0) throw new Error('no matching resources found');
    const creating = ['create', 'delete'].includes(session.flags.string('for').toLowerCase());
    const timeout = Math.max(1, goDuration(session.flags.string('timeout')));
    let failed = 0;
    for (const { target, path } of places) {
      if (!creating) await requestJson(session.api, path);
      // What is gone already is not told of.
      if (goal.deletes && !(await getObject(session.api, path))) continue;
      const end = await follow(
        session,
        { listPath: path.slice(0, path.lastIndexOf('/')), name: target.name },
        timeout,
        goal.met,
      );
      if (end === 'done') session.io.out(`${printedKind(target.resource)}/${target.name} ${goal.word}\n`);
      else {
        failed += 1;
        session.io.err(`error: timed out waiting for the condition on ${target.resource.resource}/${target.name}\n`);
      }
    }
    return failed > 0 ? 1 : 0;
  },
};
