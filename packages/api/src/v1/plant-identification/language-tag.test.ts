import { cpuTimeOf } from '@plantcommunity/telemetry/testing';
import { describe, expect, it, test } from 'vitest';
import { isLanguageTag, primarySubtag } from './language-tag.ts';

describe('a language tag', () => {
  // The examples of RFC 5646, appendix A, and what clients send.
  test.each([
    'de',
    'DE',
    'deu',
    'de-DE',
    'pt-BR',
    'zh-Hant',
    'zh-cmn-Hans-CN',
    'sr-Latn-RS',
    'sl-rozaj-biske-1994',
    'de-CH-1901',
    'es-419',
    'hy-Latn-IT-arevela',
    'de-CH-x-phonebk',
    'x-ours',
    'qaa-Qaaa-QM-x-southern',
    'en-US-u-islamcal',
    'zh-CN-a-myext-x-private',
    'en-a-myext-b-another',
    'i-klingon',
    'en-GB-oed',
    'sgn-BE-FR',
    'zh-min-nan',
    'art-lojban',
    'tlh',
    'xx',
    'abcdefgh',
  ])('%s is well-formed', (tag) => {
    expect(isLanguageTag(tag)).toBe(true);
  });

  test.each([
    '',
    ' ',
    'd',
    'de_DE',
    'de-',
    '-de',
    'de--DE',
    'de-419-DE',
    'a-DE',
    'ar-a-',
    'de-x',
    'x',
    'i-nothing',
    'deutschland',
    'englishes',
    'de-DE,en',
    'de;q=1',
    '*',
    '../de',
    'dé',
    'en-GB\u0000',
  ])('"%s" is malformed', (text) => {
    expect(isLanguageTag(text)).toBe(false);
  });

  it.each(['-abcdefgh', '-a-bc'])('is checked in little processor time with 10,000 times %s', async (subtags) => {
    const check = () => expect(isLanguageTag(`de${subtags.repeat(10_000)}_`)).toBe(false);
    expect(await cpuTimeOf(check)).toBeLessThan(500);
  });

  test.each([
    ['pt-BR', 'pt'],
    ['DE', 'de'],
    ['tlh', 'tlh'],
    ['x-ours', undefined],
    ['i-klingon', undefined],
  ])('%s has the primary subtag %s', (tag, primary) => {
    expect(primarySubtag(tag)).toBe(primary);
  });
});
