import { describe, expect, it } from 'vitest';
import type { Identification } from '../../lib/wire.ts';
import { type IdentifyEvent, type IdentifyState, identifyReducer, RESTORING } from './identify-state.ts';

const photo = new File(['leaf'], 'leaf.jpg', { type: 'image/jpeg' });
const pdf = { name: 'meadow.pdf', badge: 'PDF', reason: 'It is a PDF.' };
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

const after = (...events: IdentifyEvent[]): IdentifyState => events.reduce(identifyReducer, RESTORING);
const selected: IdentifyEvent = { type: 'photoSelected', photo, rejected: [], leftOut: 0 };
const started: IdentifyEvent = { type: 'started', requestId: 'a' };

describe('identifyReducer', () => {
  it('restores the photo that this device kept', () => {
    expect(after({ type: 'restored', photo })).toMatchObject({ type: 'selected', photo });
    expect(after({ type: 'restored', photo: undefined })).toEqual({ type: 'empty', rejected: [] });
  });

  it('does not replace a photo selected meanwhile by the restored one', () => {
    const other = new File(['x'], 'other.jpg');
    expect(after(selected, { type: 'restored', photo: other })).toMatchObject({ photo });
  });

  it('lists rejected files, and keeps the selected photo', () => {
    const rejected: IdentifyEvent = { type: 'photoSelected', photo: undefined, rejected: [pdf], leftOut: 0 };
    expect(after({ type: 'restored', photo: undefined }, rejected)).toEqual({ type: 'empty', rejected: [pdf] });
    expect(after(selected, rejected)).toMatchObject({ type: 'selected', photo, rejected: [pdf] });
  });

  it('goes from the selected photo to its answer', () => {
    const running = after(selected, started, { type: 'uploaded', requestId: 'a', sent: 4, total: 4 });
    expect(running).toMatchObject({ type: 'running', run: { sent: true, sentBytes: 4 } });
    expect(identifyReducer(running, { type: 'answered', requestId: 'a', answer, now: 0 })).toMatchObject({
      type: 'answered',
      photo,
      answer,
      answeredAt: '1970-01-01T00:00:00.000Z',
    });
  });

  it('does not replace a running photo', () => {
    const running = after(selected, started);
    expect(identifyReducer(running, { ...selected, photo: new File([], 'other.jpg') })).toBe(running);
  });

  it('keeps the photo of a failed run, and can start it again', () => {
    const failed = after(selected, started, { type: 'failed', requestId: 'a', error: { type: 'connection_lost' } });
    expect(failed).toEqual({ type: 'failed', photo, error: { type: 'connection_lost' } });
    expect(identifyReducer(failed, { type: 'started', requestId: 'b' })).toMatchObject({ type: 'running', photo });
  });

  it('ignores events of a run that was stopped or replaced', () => {
    const stopped = after(selected, started, { type: 'stopped' });
    expect(stopped).toMatchObject({ type: 'selected', photo, stopped: true });
    expect(identifyReducer(stopped, { type: 'answered', requestId: 'a', answer, now: 0 })).toBe(stopped);

    const replaced = after(selected, started, { type: 'stopped' }, { type: 'started', requestId: 'b' });
    expect(identifyReducer(replaced, { type: 'failed', requestId: 'a', error: { type: 'timeout' } })).toBe(replaced);
  });

  it('ignores a stop when nothing runs', () => {
    const answered = after(selected, started, { type: 'answered', requestId: 'a', answer, now: 0 });
    expect(identifyReducer(answered, { type: 'stopped' })).toBe(answered);
  });

  it('is empty after the photo is removed', () => {
    expect(after(selected, { type: 'removed' })).toEqual({ type: 'empty', rejected: [] });
  });

  it('ignores a start without a photo', () => {
    expect(after({ type: 'restored', photo: undefined }, started)).toMatchObject({ type: 'empty' });
  });
});
