import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CorpusPhoto, makePhotoCorpus } from '@plantcommunity/identification/testing/photos';
import { type App, startApp } from '../fixtures/app.ts';
import { expect } from '../fixtures/development.ts';
import { test } from '../fixtures/with-services.ts';

const REPORTER = pathToFileURL(join(import.meta.dirname, '../fixtures/report-memory.ts')).href;
const MEGABYTE = 1_048_576;
/** Five times what `npm run bench` wants of an app that has the machine for itself: for 99 of 100 answers of health. */
const MAX_HEALTH_MS = 5 * 100;
/** For each answer of health, and each refusal of a photo that keeps a decoder busy for half a minute. */
const MAX_ANSWER_MS = 5_000;
/** The corpus is sent so often before memory is measured: caches fill, and allocators take what they will keep. */
const WARM_UP_TURNS = 3;
const MEASURED_TURNS = 2;
/** Memory that may stay after the measured turns, and that the app may take in all. */
const MAX_KEPT_BYTES = 64 * MEGABYTE;
const MAX_PEAK_BYTES = 1_000 * MEGABYTE;

interface Memory {
  pid: number;
  rss: number;
  peakRss: number;
}

let app: App;
let folder = '';
test.beforeAll(async ({ services, simulator }) => {
  folder = mkdtempSync(join(tmpdir(), 'memory-'));
  app = await startApp({
    ...simulator.settings,
    ...services.settings,
    // Its callers would use up the rate limit of other apps.
    ...services.emptyRedis(),
    IDENTIFY_RATE_ANONYMOUS: '100000/h',
    NODE_OPTIONS: `--import=${REPORTER}`,
    MEMORY_FILE: join(folder, 'memory'),
  });
});
test.afterAll(async () => {
  await app.stop();
  rmSync(folder, { recursive: true });
});

const reports = () =>
  readFileSync(join(folder, 'memory'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Memory);

/** Lets the app collect garbage and returns its memory; fails when the process that was started has ended. */
async function memoryOfApp(): Promise<Memory> {
  const [first] = reports();
  const count = reports().length;
  process.kill(first?.pid ?? Number.NaN, 'SIGUSR2');
  await expect.poll(() => reports().length).toBe(count + 1);
  return reports().at(-1) ?? { pid: 0, rss: 0, peakRss: 0 };
}

/** What the API answered, and after which time. */
interface Verdict {
  name: string;
  status: number;
  code?: string | undefined;
  detail?: string | undefined;
}

async function send({
  bytes,
  fileName = 'photo.jpg',
  mediaType = '',
  name,
}: CorpusPhoto): Promise<Verdict & { ms: number }> {
  const form = new FormData();
  form.set('image', new Blob([new Uint8Array(bytes)], { type: mediaType }), fileName);
  const began = performance.now();
  const answer = await fetch(`${app.url}/api/v1/plant-identification/identify`, { method: 'POST', body: form });
  const { code, detail } = (await answer.json()) as { code?: string; detail?: string };
  return { name, status: answer.status, code, detail, ms: performance.now() - began };
}

/** Asks for the health of the app until `isOver`. Returns the milliseconds of 99 of 100 answers, and of all. */
async function watchHealth(isOver: () => boolean): Promise<{ most: number; all: number }> {
  const times: number[] = [];
  while (!isOver()) {
    const began = performance.now();
    // oxlint-disable-next-line no-await-in-loop -- one request follows the other
    const { status } = await fetch(`${app.url}/api/health/live`);
    expect(status).toBe(200);
    times.push(performance.now() - began);
  }
  const sorted = times.toSorted((a, b) => a - b);
  return { most: sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0, all: sorted.at(-1) ?? 0 };
}

/** Sends the photos one after the other; fails when health is not answered meanwhile. */
async function sendAll(corpus: readonly CorpusPhoto[]) {
  let isOver = false;
  const health = watchHealth(() => isOver);
  const answers: (Verdict & { ms: number })[] = [];
  try {
    // oxlint-disable-next-line no-await-in-loop -- the time of each answer is measured alone
    for (const photo of corpus) answers.push(await send(photo));
  } finally {
    isOver = true;
  }
  const { all, most } = await health;
  expect(most).toBeLessThan(MAX_HEALTH_MS);
  expect(all).toBeLessThan(MAX_ANSWER_MS);
  return answers;
}

/** Bytes behind a picture are cut, and make it a photo that is not cached. */
function inTurn(corpus: readonly CorpusPhoto[], turn: number): CorpusPhoto[] {
  const end = Buffer.from([0, turn]);
  return corpus.map((photo) => ({ ...photo, bytes: Buffer.concat([photo.bytes, end]) }));
}

test('gives each photo of a generated corpus its verdict, answers health meanwhile, and returns the memory', async () => {
  test.setTimeout(180_000);
  const corpus = await makePhotoCorpus();
  const idle = await memoryOfApp();
  const answers = await sendAll(corpus);
  expect(answers.map(({ code, detail, name, status }) => ({ name, status, code, detail }))).toEqual(
    corpus.map(({ name, refusal = { status: 200, code: undefined, detail: undefined } }) => ({ name, ...refusal })),
  );
  expect(answers.filter(({ ms }, index) => corpus[index]?.isBomb === true && ms > MAX_ANSWER_MS)).toEqual([]);

  let settled = idle;
  for (let turn = 1; turn < WARM_UP_TURNS + MEASURED_TURNS; turn += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one turn follows the other
    if (turn === WARM_UP_TURNS) settled = await memoryOfApp();
    // oxlint-disable-next-line no-await-in-loop -- one turn follows the other
    await sendAll(inTurn(corpus, turn));
  }
  const after = await memoryOfApp();
  expect(after.rss - settled.rss).toBeLessThan(MAX_KEPT_BYTES);
  expect(after.peakRss - idle.rss).toBeLessThan(MAX_PEAK_BYTES);
});

test('accepts the photos that clients in the field sent', async () => {
  const cases = process.env['PLANT_CASES_DIR'] ?? '';
  test.skip(cases === '', 'PLANT_CASES_DIR is not set');
  for (const fileName of ['jpeg-scan-Se-0.jpg', 'gif-no-trailer.gif', 'gif-whole.gif', 'jpeg-called.HEIC']) {
    expect(await send({ name: fileName, fileName, bytes: readFileSync(join(cases, fileName)) })).toMatchObject({
      name: fileName,
      status: 200,
    });
  }
});
