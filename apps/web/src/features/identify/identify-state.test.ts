import { describe, expect, it } from 'vitest';
import type { Identification } from '../../lib/wire.ts';
import { type Desk, type DeskEvent, deskAfter, WAKING } from './identify-state.ts';

const photo = new File(['leaf'], 'leaf.jpg', { type: 'image/jpeg' });
const refusal = { name: 'meadow.pdf', badge: 'PDF', reason: 'It is a PDF.' };
const answer: Identification = {
  success: true,
  demo: false,
  partial: false,
  cached: false,
  stale: false,
  is_plant: false,
  suggestions: [],
  providers: { plant_id: { status: 'answered' }, plantnet: { status: 'answered' } },
};

const after = (...events: DeskEvent[]): Desk => events.reduce(deskAfter, WAKING);
const laid: DeskEvent = { type: 'laid', photo, refusals: [], leftOut: 0 };
const started: DeskEvent = { type: 'started', requestId: 'a' };

describe('deskAfter', () => {
  it('wakes with the photo that waited on this device', () => {
    expect(after({ type: 'woke', photo })).toMatchObject({ at: 'chosen', photo });
    expect(after({ type: 'woke', photo: undefined })).toEqual({ at: 'empty', refusals: [] });
  });

  it('does not put a waiting photo over one that was laid meanwhile', () => {
    const other = new File(['x'], 'other.jpg');
    expect(after(laid, { type: 'woke', photo: other })).toMatchObject({ photo });
  });

  it('tells what cannot be used, and keeps the good photo that lies there', () => {
    const refused: DeskEvent = { type: 'laid', photo: undefined, refusals: [refusal], leftOut: 0 };
    expect(after({ type: 'woke', photo: undefined }, refused)).toEqual({ at: 'empty', refusals: [refusal] });
    expect(after(laid, refused)).toMatchObject({ at: 'chosen', photo, refusals: [refusal] });
  });

  it('goes from photo to answer', () => {
    const running = after(laid, started, { type: 'uploaded', requestId: 'a', sent: 4, total: 4 });
    expect(running).toMatchObject({ at: 'running', run: { sent: true, sentBytes: 4 } });
    expect(deskAfter(running, { type: 'answered', requestId: 'a', answer, now: 0 })).toMatchObject({
      at: 'answered',
      photo,
      answer,
      answeredAt: '1970-01-01T00:00:00.000Z',
    });
  });

  it('does not change a photo while it is at work', () => {
    const running = after(laid, started);
    expect(deskAfter(running, { ...laid, photo: new File([], 'other.jpg') })).toBe(running);
  });

  it('keeps the photo when there is no answer, and starts again from there', () => {
    const held = after(laid, started, { type: 'failed', requestId: 'a', trouble: { kind: 'lost' } });
    expect(held).toEqual({ at: 'held', photo, trouble: { kind: 'lost' } });
    expect(deskAfter(held, { type: 'started', requestId: 'b' })).toMatchObject({ at: 'running', photo });
  });

  it('hears nothing of a run that was stopped or replaced', () => {
    const stopped = after(laid, started, { type: 'stopped' });
    expect(stopped).toMatchObject({ at: 'chosen', photo, stopped: true });
    expect(deskAfter(stopped, { type: 'answered', requestId: 'a', answer, now: 0 })).toBe(stopped);

    const replaced = after(laid, started, { type: 'stopped' }, { type: 'started', requestId: 'b' });
    expect(deskAfter(replaced, { type: 'failed', requestId: 'a', trouble: { kind: 'slow' } })).toBe(replaced);
  });

  it('stops only what runs', () => {
    const answered = after(laid, started, { type: 'answered', requestId: 'a', answer, now: 0 });
    expect(deskAfter(answered, { type: 'stopped' })).toBe(answered);
  });

  it('is empty after the photo was removed', () => {
    expect(after(laid, { type: 'removed' })).toEqual({ at: 'empty', refusals: [] });
  });

  it('starts nothing without a photo', () => {
    expect(after({ type: 'woke', photo: undefined }, started)).toMatchObject({ at: 'empty' });
  });
});
