import { describe, expect, it } from 'vitest';
import {
  aboutText,
  bytesText,
  clockText,
  countdownText,
  countedText,
  millisecondsText,
  oversizeText,
  percentText,
  secondsText,
} from './amounts.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('formats of amounts', () => {
  it.each([
    { bytes: 1, text: '1 KB' },
    { bytes: 389_120, text: '380 KB' },
    { bytes: 4_508_877, text: '4.3 MB' },
    { bytes: 44_023_414_784, text: '41.0 GB' },
  ])('have $bytes bytes as $text', ({ bytes, text }) => {
    expect(plain(bytesText(bytes))).toBe(text);
  });

  it('have bytes with the wanted decimals, and an excess of one byte as more than the limit', () => {
    expect(plain(bytesText(10_485_760, 0))).toBe('10 MB');
    expect(plain(oversizeText(10_485_761))).toBe('10.1 MB');
  });

  it.each([
    { ms: 0.84, text: '0.8 ms' },
    { ms: 40.4, text: '40 ms' },
    { ms: 1_240, text: '1.2 s' },
  ])('have $ms ms in milliseconds as $text', ({ ms, text }) => {
    expect(plain(millisecondsText(ms))).toBe(text);
  });

  it.each([
    { ms: 400, text: '0.4 s' },
    { ms: 4_000, text: '4.0 s' },
    { ms: 9_960, text: '10 s' },
    { ms: 12_400, text: '12 s' },
  ])('have $ms ms as $text', ({ ms, text }) => {
    expect(plain(secondsText(ms))).toBe(text);
  });

  it.each([
    { ms: 4_000, text: '4 s' },
    { ms: 4_500, text: '4.5 s' },
  ])('have about $ms ms as $text', ({ ms, text }) => {
    expect(plain(aboutText(ms))).toBe(text);
  });

  it.each([
    { share: 0.87, text: '87 %' },
    { share: 0.002, text: 'under 1 %' },
    { share: 0, text: '0 %' },
  ])('have a share of $share as $text', ({ share, text }) => {
    expect(plain(percentText(share))).toBe(text);
  });

  it.each([
    { seconds: -1, countdown: '0 s', clock: '0:00' },
    { seconds: 41.2, countdown: '42 s', clock: '0:42' },
    { seconds: 760, countdown: '12:40', clock: '12:40' },
    { seconds: 3605, countdown: '1:00:05', clock: '1:00:05' },
  ])('count down $seconds seconds as $countdown, and on a clock as $clock', ({ seconds, countdown, clock }) => {
    expect({ countdown: plain(countdownText(seconds)), clock: clockText(seconds) }).toEqual({ countdown, clock });
  });

  it('have a count with its noun', () => {
    expect([0, 1, 1_284].map((count) => countedText(count, 'call'))).toEqual(['0 calls', '1 call', '1,284 calls']);
  });
});
