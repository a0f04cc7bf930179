import { describe, expect, it } from 'vitest';
import type { Identification } from '../../lib/wire.ts';
import { announcementOf, titleOf } from './announcement.ts';
import type { IdentifyState } from './identify-state.ts';
import { startRun, withProgress, withUpload } from './run.ts';

const photo = new File(['leaf'], 'leaf.jpg');
const run = withUpload(startRun('a', 4), 4, 4);
const answer: Identification = {
  success: true,
  demo: true,
  partial: false,
  cached: false,
  stale: false,
  is_plant: true,
  confidence: 0.87,
  suggestions: [
    {
      plant_name: 'Salsify',
      scientific_name: 'Tragopogon porrifolius',
      probability: 0.87,
      images: [],
      sources: [{ provider: 'plant_id', rank: 1, of: 3 }],
    },
  ],
  providers: { plant_id: { status: 'answered' }, plantnet: { status: 'answered' } },
};
const answered: IdentifyState = { type: 'answered', photo, run, answer, answeredAt: '2026-11-21T10:00:00Z' };

describe('announcementOf', () => {
  it('says how many photos were added and left out', () => {
    const selected: IdentifyState = { type: 'selected', photo, rejected: [], leftOut: 0, stopped: false };
    expect(announcementOf(selected)).toBe('1 photo added.');
    expect(announcementOf({ ...selected, leftOut: 2 })).toBe('1 photo added, 2 left out.');
  });

  it('changes with each step, not with bytes or seconds', () => {
    const at = (sent: number) => announcementOf({ type: 'running', photo, run: withUpload(startRun('a', 4), sent, 4) });
    expect(at(1)).toBe(at(2));
    expect(at(4)).toBe('Sent.');
    const asked = withProgress(run, { type: 'unanswered', at: 1, provider: 'plant_id', status: 'resting' }, 0);
    expect(announcementOf({ type: 'running', photo, run: asked })).toBe('Plant.id is resting.');
  });

  it('names the plant and its confidence, and says that a demo answered', () => {
    expect(announcementOf(answered).replace('\u00a0', ' ')).toBe('Salsify. Likely, 87 %. This is a demo answer.');
    expect(titleOf(answered)).toBe('Salsify, likely');
  });

  it('is empty for a rejected photo, which has its own alert', () => {
    expect(announcementOf({ type: 'failed', photo, error: { type: 'photo_rejected', reason: 'x' } })).toBe('');
    expect(announcementOf({ type: 'failed', photo, error: { type: 'connection_lost' } })).toContain(
      'Your photo is kept.',
    );
  });
});
