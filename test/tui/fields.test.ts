import { afterEach, describe, expect, it } from 'vitest';
import { spokenField } from '../../src/tui/reader/spoken-fields.ts';
import { en } from '../../src/words/en.ts';
import { type Robot, startRobot } from './robot.ts';

const script = { commands: {}, conditions: {}, taskIndex: 0 };

describe('the fields of a manifest on the screen', () => {
  let robot: Robot;
  afterEach(() => robot.close());

  it.each([
    [60, 20],
    [80, 24],
    [200, 60],
    [40, 12],
  ])('are explained line by line at %i×%i', async (columns, rows) => {
    robot = await startRobot(script, columns, rows);
    const before = robot.text();
    await robot.press('f');
    expect(robot.text()).toContain('manifests/split.yam');
    expect(robot.text(), 'the first line with a field is chosen').toContain('TrafficSplit.apiVersion');
    await robot.press('up');
    expect(robot.text()).toContain('There is no field on this line.');
    await robot.press('down', 'down', 'down', 'down');
    expect(robot.text()).toMatch(/▸ +service: bookstore/);
    expect(robot.text()).toContain('TrafficSplit.spec.service');
    expect(robot.text()).toContain('Type: string, required');
    await robot.press('G');
    expect(robot.text()).toContain('Type: number');
    expect(robot.text()).toContain('Limits: minimum 0');
    await robot.press('tab', 'G');
    expect(robot.text()).toContain('manifest 2 of 2');
    expect(robot.text().replaceAll(/\s+/g, ' ')).toContain('This cluster serves no kind Deployment in apps/v1');
    await robot.press('escape');
    expect(robot.text()).toBe(before);
    expect(robot.host.intents).toEqual([]);
  });

  it('say where the schema says nothing, and that the kind is a word of the field', async () => {
    robot = await startRobot(script, 80, 24);
    await robot.press('f', 'G');
    expect(robot.text()).toContain("The cluster's schema has no description of this field.");
    expect(robot.text()).toContain('TrafficSplit is a word of the field too');
    await robot.press('up');
    expect(robot.text()).toContain('The Service that clients call.');
  });

  it('are told in sentences to who types their names', async () => {
    robot = await startRobot(script, 80, 24);
    const desk = robot.host.fields(() => {});
    expect(await spokenField('', desk, en)).toEqual([
      '1. manifests/split.yaml: TrafficSplit.',
      '2. manifests/app.yaml: Deployment.',
      en.fields.howToSpeak,
    ]);
    expect(await spokenField('spec.service', desk, en)).toEqual([
      'Field TrafficSplit.spec.service.',
      'Type: string, required.',
      'The Service that clients call.',
    ]);
    expect(await spokenField('replicas', desk, en)).toEqual([
      'Field Deployment.spec.replicas.',
      en.fields.noKind('Deployment', 'apps/v1'),
    ]);
    expect(await spokenField('spec.nothing', desk, en)).toEqual([
      en.fields.nowhere('spec.nothing'),
      en.fields.howToSpeak,
    ]);
  });
});
