import { describe, expect, it } from 'vitest';
import type { ProgressEvent, Verdict } from '../../lib/wire.ts';
import { beginRun, type Run, withProgress, withUpload } from './run.ts';
import { headline, stepsOf } from './steps.ts';

const verdict: Verdict = { is_plant: false, suggestions: [] };
const NOW = 1_000_000;

function run(...events: ProgressEvent[]): Run {
  const sent = withUpload(beginRun('a', 2_097_152), 2_097_152, 2_097_152);
  return events.reduce((each, event) => withProgress(each, event, NOW), sent);
}

const lines = (of: Run) =>
  stepsOf(of).map(
    ({ state, text, figure }) => `${state}: ${text}${figure ? ` (${figure.replace('\u00a0', ' ')})` : ''}`,
  );

describe('stepsOf', () => {
  it('tells the bytes that have left while it sends', () => {
    const half = withUpload(beginRun('a', 2_000_000), 1_000_000, 2_000_000);
    expect(stepsOf(half)[0]).toMatchObject({ state: 'doing', upload: { sent: 1_000_000, total: 2_000_000 } });
    expect(headline(half).title).toBe('Sending your photo');
  });

  it('knows that the photo arrived even when the browser told of no upload', () => {
    const received = withProgress(beginRun('a', 100), { type: 'received', at: 0, photos: 1 }, NOW);
    expect(stepsOf(received)[0]).toMatchObject({ state: 'done', text: 'Sent' });
  });

  it('puts the service that answered before the one still asked, each with its own time', () => {
    const both = run(
      { type: 'received', at: 0, photos: 1 },
      { type: 'asking', at: 10, provider: 'plant_id', usual_ms: 4000, slow_ms: 6000 },
      { type: 'asking', at: 10, provider: 'plantnet' },
      { type: 'read', at: 400 },
      { type: 'answered', at: 1910, provider: 'plantnet', verdict },
    );
    expect(lines(both)).toEqual([
      'done: Sent (2.0 MB)',
      'done: Read (0.4 s)',
      'done: Pl@ntNet answered (1.9 s)',
      'doing: Asking Plant.id',
      'todo: Compare both answers',
    ]);
    expect(stepsOf(both)[3]?.wait).toEqual({ state: 'asking', since: NOW, at: 10, usualMs: 4000, slowMs: 6000 });
    expect(headline(both)).toEqual({
      title: 'Asking two services',
      sentence: 'Pl@ntNet has answered. Plant.id usually takes 4\u00a0s.',
    });
  });

  it('says of an answer that was kept that it was known already, and reads nothing for it', () => {
    const hit = run({ type: 'answered', at: 2, provider: 'plant_id', verdict });
    expect(lines(hit)).toContain('done: Plant.id answered (known already)');
    expect(lines(hit)).toContain('done: Read');
  });

  it('says who will not answer, and compares nothing then', () => {
    const partial = run(
      { type: 'unanswered', at: 1, provider: 'plant_id', status: 'resting', retry_after_ms: 42_000 },
      { type: 'asking', at: 2, provider: 'plantnet' },
    );
    expect(lines(partial)).toEqual([
      'done: Sent (2.0 MB)',
      'done: Read',
      'doing: Asking Pl@ntNet',
      'missed: Plant.id is resting',
      'todo: Write the label',
    ]);
    expect(partial.asked.plant_id).toEqual({ state: 'unanswered', status: 'resting', until: NOW + 42_000 });
  });

  it('writes the label when nobody is asked any more', () => {
    const done = run(
      { type: 'asking', at: 1, provider: 'plantnet' },
      { type: 'answered', at: 500, provider: 'plantnet', verdict },
      { type: 'comparing', at: 501 },
    );
    expect(headline(done).title).toBe('Writing the label');
    expect(stepsOf(done).at(-1)?.state).toBe('doing');
  });
});
