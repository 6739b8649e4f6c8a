import { afterAll, beforeAll, expect, it } from 'vitest';
import { CourseProgram } from './course-program.ts';

// One run of the program: a lesson's card with its dry run, and the command line with completion and paste.
const program = new CourseProgram();
beforeAll(() => program.build(), 120_000);
afterAll(() => program.end());

it('foresees what a card changes, explains it on a key, completes from the cluster, and runs no paste', {
  timeout: 180_000,
}, async () => {
  const session = program.start(100, 32);
  const sees = (what: RegExp) => session.waitFor((screen) => what.test(screen), String(what), 45_000);
  await sees(/Press Enter to begin/);
  session.press('m');
  await sees(/All lessons/);
  for (let row = 0; row < 4; row += 1) session.press('down');
  await sees(/▸.*Bring namespaces into the mesh/);
  session.press('enter');
  await sees(/Bring namespaces into the mesh[\s\S]*What this lesson is about/);
  session.press('enter');
  await sees(/Task 1 of 2/);

  const card = await sees(/creates +Namespace bookwarehouse/);
  expect(card).toMatch(/A dry run on the server says that it/);
  expect(card).toMatch(/\+ creates +Namespace bookbuyer/);
  session.press('x');
  await sees(/What the command would change[\s\S]*Namespace bookstore/);
  session.press('escape');
  await sees(/Task 1 of 2/);

  session.write(':kubectl get names');
  await sees(/^ \$ kubectl get names$/m);
  session.press('tab');
  await sees(/^ \$ kubectl get namespaces$/m);
  session.write('kube-s');
  session.press('tab');
  await sees(/^ \$ kubectl get namespaces kube-system$/m);
  session.paste('-o name\nkubectl delete namespace default\n');
  const pasted = await sees(/2 lines/);
  expect(pasted).toMatch(/> kubectl delete namespace default/);
  session.press('enter');
  const asked = await sees(/Run your own command\?[\s\S]*(deletes +Namespace default|would fail)/);
  expect(asked).not.toMatch(/Output:/);
  session.press('n');
  await sees(/Task 1 of 2/);
  session.press('q');
  expect((await session.ended).exitCode).toBe(0);
});
