import { describe, expect, it } from 'vitest';
import { aboutText, bytesText, clockText, countdownText, oversizeText, percentText, secondsText } from './amounts.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('formats of amounts', () => {
  it('have the units of bytes, seconds and shares', () => {
    expect([1, 389_120, 4_508_877].map((bytes) => plain(bytesText(bytes)))).toEqual(['1 KB', '380 KB', '4.3 MB']);
    expect(plain(bytesText(10_485_760, 0))).toBe('10 MB');
    expect(plain(oversizeText(10_485_761))).toBe('10.1 MB');
    expect([400, 4000, 9960, 12_400].map((ms) => plain(secondsText(ms)))).toEqual(['0.4 s', '4.0 s', '10 s', '12 s']);
    expect([4000, 4500].map((ms) => plain(aboutText(ms)))).toEqual(['4 s', '4.5 s']);
    expect([0.87, 0.002, 0].map((share) => plain(percentText(share)))).toEqual(['87 %', 'under 1 %', '0 %']);
  });

  it('count down in seconds, minutes and hours', () => {
    expect([-1, 41.2, 760, 3605].map((seconds) => plain(countdownText(seconds)))).toEqual([
      '0 s',
      '42 s',
      '12:40',
      '1:00:05',
    ]);
    expect([-1, 41.2, 760, 3605].map(clockText)).toEqual(['0:00', '0:42', '12:40', '1:00:05']);
  });
});
