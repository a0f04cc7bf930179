import { expect, test } from 'vitest';
import { heldOutput, type Output, runSteps, type Step } from './steps.ts';
import { FAILED, PASSED, type Tally } from './tally.ts';

/** A step that writes a line when it starts and one when `end` is called. */
function step(title: string, tally: Tally = PASSED): { step: Step; started: Promise<void>; end: () => void } {
  const started = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const run = async (output: Output): Promise<Tally> => {
    output.write(`${title} begins\n`);
    started.resolve();
    await ended.promise;
    output.write(`${title} ends\n`);
    return tally;
  };
  return { step: { title, run }, started: started.promise, end: ended.resolve };
}

const withoutTimes = (text: string): string => text.replaceAll(/\d+\.\d s/g, '… s');

test('a stage runs after a failed one, and prints the lines of a single step at once', async () => {
  const terminal = heldOutput();
  const [one, two] = [step('one', FAILED), step('two')];
  const run = runSteps([one.step, two.step], terminal);
  await one.started;
  expect(terminal.text()).toBe('\n> one\none begins\n');
  one.end();
  two.end();
  expect(await run).toEqual([{ ...FAILED, failures: ['one: see its output above'] }, PASSED]);
  expect(withoutTimes(terminal.text())).toBe(
    '\n> one\none begins\none ends\n✗ one: 0/1/0 in … s\n\n> two\ntwo begins\ntwo ends\n✓ two: 1/0/0 in … s\n',
  );
});

test('lanes of a stage run at the same time, and the lines of each step stay together', async () => {
  const terminal = heldOutput();
  const [one, two] = [step('one', FAILED), step('two')];
  const run = runSteps([[one.step, two.step]], terminal);
  await Promise.all([one.started, two.started]);
  two.end();
  await expect.poll(terminal.text).toContain('✓ two');
  one.end();
  expect(await run).toEqual([{ ...FAILED, failures: ['one: see its output above'] }, PASSED]);
  expect(withoutTimes(terminal.text())).toBe(
    '\n> one; two\ntwo begins\ntwo ends\n✓ two: 1/0/0 in … s\none begins\none ends\n✗ one: 0/1/0 in … s\n',
  );
});

test('steps of one lane run one after the other', async () => {
  const terminal = heldOutput();
  const [one, two, three] = [step('one', FAILED), step('two'), step('three')];
  const run = runSteps([[one.step, [two.step, three.step]]], terminal);
  await Promise.all([one.started, two.started]);
  two.end();
  await three.started;
  three.end();
  await expect.poll(terminal.text).toContain('✓ three');
  one.end();
  expect(await run).toEqual([{ ...FAILED, failures: ['one: see its output above'] }, PASSED, PASSED]);
  expect(withoutTimes(terminal.text())).toBe(
    '\n> one; two, then three\n' +
      'two begins\ntwo ends\n✓ two: 1/0/0 in … s\n' +
      'three begins\nthree ends\n✓ three: 1/0/0 in … s\n' +
      'one begins\none ends\n✗ one: 0/1/0 in … s\n',
  );
});

test('a fourth lane starts when one of the first three is over', async () => {
  const [one, two, three, four] = [step('one'), step('two'), step('three'), step('four')];
  const terminal = heldOutput();
  const run = runSteps([[one.step, two.step, three.step, four.step]], terminal);
  let hasFourStarted = false;
  void four.started.then(() => (hasFourStarted = true));
  await Promise.all([one.started, two.started, three.started]);
  expect(hasFourStarted).toBe(false);
  two.end();
  await four.started;
  for (const { end } of [one, three, four]) end();
  expect(await run).toEqual([PASSED, PASSED, PASSED, PASSED]);
});
