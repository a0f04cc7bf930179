import { expect, test } from '../fixtures/development.ts';
import { docsCommands, docsExamples, patternOf, runCommands, runModule } from '../fixtures/docs-commands.ts';
import { plantPhoto } from '../fixtures/photos.ts';

test.describe.configure({ mode: 'serial' });

const PAGE = 'api.md';

async function filesOfExamples() {
  const [leaf, flower] = await Promise.all([plantPhoto(141), plantPhoto(142)]);
  return { 'leaf.jpg': leaf.buffer, 'flower.jpg': flower.buffer, 'notes.txt': 'Water it on Sunday.\n' };
}

/** Returns a matcher of values that have at least the members of an example, of the same types. */
function like(example: unknown): unknown {
  if (Array.isArray(example)) return expect.arrayContaining(example.map(like));
  if (typeof example === 'object' && example !== null) {
    return expect.objectContaining(Object.fromEntries(Object.entries(example).map(([name, of]) => [name, like(of)])));
  }
  if (typeof example === 'string') return expect.any(String);
  return expect.any(typeof example === 'number' ? Number : Boolean);
}

/** Returns the members that are the same in every answer: statuses, codes and sentences. */
function sentences(value: unknown): unknown {
  const { code, error, status } = value as { code?: string; error?: string; status?: number | string };
  return { code, error, status };
}

test('every command of the page does what the page says', async ({ app }) => {
  const commands = docsCommands(PAGE);
  expect(commands.map(({ language }) => language)).toEqual(commands.map(() => 'sh'));
  const printed = await runCommands(commands, app.url, await filesOfExamples());

  expect(commands.length).toBeGreaterThan(0);
  for (const [index, { answer, text }] of commands.entries()) {
    const output = printed[index] ?? '';
    if (answer?.language !== 'json') expect(`${output.trim()}\n`, text).toMatch(patternOf(answer?.text ?? ''));
    else {
      const [example, actual] = [answer.text, output].map((json) => JSON.parse(json) as unknown);
      expect(actual, text).toEqual(like(example));
      expect(sentences(actual), text).toEqual(sentences(example));
    }
  }
});

test('the JavaScript of the page makes the same calls', async ({ app }) => {
  const examples = docsExamples(PAGE, 'js');
  expect(examples).toHaveLength(docsCommands(PAGE).length);
  const printed = await runModule(
    [
      "import { openAsBlob } from 'node:fs';",
      "const [leaf, flower] = await Promise.all(['leaf.jpg', 'flower.jpg'].map((name) => openAsBlob(name)));",
      // Those before and after a move declare the same names.
      ...examples.map(({ heading, text }) => (/^(?:Before|After)$/.test(heading) ? `{\n${text}}` : text)),
    ].join('\n'),
    app.url,
    await filesOfExamples(),
  );
  const [health, account, name, error, photo] = printed.split('\n');
  expect(health).toBe('healthy');
  expect(account).toMatch(/^rosa@example\.org \d+$/);
  expect(name).toMatch(/\S/);
  expect(error).toMatch(/^The request is not valid\. [\da-f-]{36}$/);
  expect(photo).toMatch(/^\d{4}-\S+Z \d+$/);
});
