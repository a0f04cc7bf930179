import { describe, expect, it } from 'vitest';
import { overviewOf } from '../testing/overview-of.ts';
import { tabMessage } from './tab-messages.ts';

const message = { type: 'overview', viewer: 'ada', overview: overviewOf(), at: 1, isBroken: false };

describe('tabMessage', () => {
  it.each([message, { type: 'ask', viewer: 'ada' }, { type: 'refused', viewer: 'ada' }])('accepts $type', (data) => {
    expect(tabMessage(data)).toEqual(data);
  });

  const { audit: _audit, ...withoutAudit } = overviewOf();
  it.each<[string, unknown]>([
    ['text', 'ask'],
    ['nothing', null],
    ['a message without a viewer', { type: 'ask' }],
    ['another type', { ...message, type: 'minutes' }],
    ['a time that is no number', { ...message, at: '1' }],
    ['an unknown connection', { ...message, isBroken: undefined }],
    ['no overview', { ...message, overview: undefined }],
    ['an overview without a part', { ...message, overview: withoutAudit }],
    ['an overview of another time format', { ...message, overview: { ...overviewOf(), at: 'now' } }],
    ['an overview without one of the providers', { ...message, overview: { ...overviewOf(), circuits: {} } }],
    [
      'an overview whose minutes are no list',
      { ...message, overview: { ...overviewOf(), minutes: { plant_id: 1, plantnet: 1 } } },
    ],
  ])('rejects %s', (_title, data) => {
    expect(tabMessage(data)).toBeUndefined();
  });
});
