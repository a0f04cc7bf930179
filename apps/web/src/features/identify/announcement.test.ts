import { describe, expect, it } from 'vitest';
import type { Identification } from '../../lib/wire.ts';
import { announcementOf, titleOf } from './announcement.ts';
import type { Desk } from './identify-state.ts';
import { beginRun, withProgress, withUpload } from './run.ts';

const photo = new File(['leaf'], 'leaf.jpg');
const run = withUpload(beginRun('a', 4), 4, 4);
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
const answered: Desk = { at: 'answered', photo, run, answer, answeredAt: '2026-11-21T10:00:00Z' };

describe('announcementOf', () => {
  it('tells what was added and what was left out', () => {
    const chosen: Desk = { at: 'chosen', photo, refusals: [], leftOut: 0, stopped: false };
    expect(announcementOf(chosen)).toBe('1 photo added.');
    expect(announcementOf({ ...chosen, leftOut: 2 })).toBe('1 photo added, 2 left out.');
  });

  it('stays the same while bytes and seconds go by, and changes with each step', () => {
    const at = (sent: number) => announcementOf({ at: 'running', photo, run: withUpload(beginRun('a', 4), sent, 4) });
    expect(at(1)).toBe(at(2));
    expect(at(4)).toBe('Sent.');
    const asked = withProgress(run, { type: 'unanswered', at: 1, provider: 'plant_id', status: 'resting' }, 0);
    expect(announcementOf({ at: 'running', photo, run: asked })).toBe('Plant.id is resting.');
  });

  it('says name, sureness and that it is a demo', () => {
    expect(announcementOf(answered).replace('\u00a0', ' ')).toBe('Salsify. Likely, 87 %. This is a demo answer.');
    expect(titleOf(answered)).toBe('Salsify, likely');
  });

  it('leaves a refusal to its own alert', () => {
    expect(announcementOf({ at: 'held', photo, trouble: { kind: 'refused', reason: 'x' } })).toBe('');
    expect(announcementOf({ at: 'held', photo, trouble: { kind: 'lost' } })).toContain('Your photo is kept.');
  });
});
