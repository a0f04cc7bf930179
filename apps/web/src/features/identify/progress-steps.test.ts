import { describe, expect, it } from 'vitest';
import type { MergedResult, ProgressEvent } from '../../lib/wire.ts';
import { progressHeadline, progressSteps } from './progress-steps.ts';
import { type Run, startRun, withProgress, withUpload } from './run.ts';

const verdict: MergedResult = { is_plant: false, suggestions: [] };
const NOW = 1_000_000;

function run(...events: ProgressEvent[]): Run {
  const sent = withUpload(startRun('a', 2_097_152), 2_097_152, 2_097_152);
  return events.reduce((each, event) => withProgress(each, event, NOW), sent);
}

const lines = (of: Run) =>
  progressSteps(of).map(
    ({ state, text, figure }) => `${state}: ${text}${figure ? ` (${figure.replace('\u00a0', ' ')})` : ''}`,
  );

describe('progressSteps', () => {
  it('shows the sent bytes during the upload', () => {
    const half = withUpload(startRun('a', 2_000_000), 1_000_000, 2_000_000);
    expect(progressSteps(half)[0]).toMatchObject({ state: 'doing', upload: { sent: 1_000_000, total: 2_000_000 } });
    expect(progressHeadline(half).title).toBe('Sending your photo');
  });

  it('counts the photo as sent once the server received it, without upload events', () => {
    const received = withProgress(startRun('a', 100), { type: 'received', at: 0, photos: 1 }, NOW);
    expect(progressSteps(received)[0]).toMatchObject({ state: 'done', text: 'Sent' });
  });

  it('lists a provider that answered before one that is still asked, each with its own time', () => {
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
    expect(progressSteps(both)[3]?.wait).toEqual({ type: 'asking', since: NOW, at: 10, usualMs: 4000, slowMs: 6000 });
    expect(progressHeadline(both)).toEqual({
      title: 'Asking two services',
      sentence: 'Pl@ntNet has answered. Plant.id usually takes 4\u00a0s.',
    });
  });

  it('calls a cached answer known already, and skips reading the photo', () => {
    const hit = run({ type: 'answered', at: 2, provider: 'plant_id', verdict });
    expect(lines(hit)).toContain('done: Plant.id answered (known already)');
    expect(lines(hit)).toContain('done: Read');
  });

  it('shows the provider without an answer, and skips comparing', () => {
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
    expect(partial.providers.plant_id).toEqual({ type: 'unanswered', status: 'resting', until: NOW + 42_000 });
  });

  it('shows the last step once no provider is asked any more', () => {
    const done = run(
      { type: 'asking', at: 1, provider: 'plantnet' },
      { type: 'answered', at: 500, provider: 'plantnet', verdict },
      { type: 'comparing', at: 501 },
    );
    expect(progressHeadline(done).title).toBe('Writing the label');
    expect(progressSteps(done).at(-1)?.state).toBe('doing');
  });
});
