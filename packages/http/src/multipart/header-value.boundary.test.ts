import { describe, expect, it } from 'vitest';
import { boundaryOf } from './header-value.ts';

describe('boundaryOf', () => {
  it.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['Multipart/Form-Data;BOUNDARY=aBc', 'aBc'],
    ['multipart/form-data; charset=utf-8; boundary="a b:c?d=e"', 'a b:c?d=e'],
    ['multipart/form-data ; boundary=abc ; x=y;', 'abc'],
    [`multipart/form-data; boundary=${'x'.repeat(70)}`, 'x'.repeat(70)],
    [`multipart/form-data; boundary="'()+_,-./:=?"`, `'()+_,-./:=?`],
    // Unquoted, as JavaMail, Python's email package and several embedded clients write them.
    ['multipart/form-data; boundary=----=_Part_0_123.456', '----=_Part_0_123.456'],
    ['multipart/form-data; boundary================5123==', '===============5123=='],
    ['multipart/form-data; boundary=a/b', 'a/b'],
    ['multipart/form-data; boundary=a:b?c ; charset=utf-8', 'a:b?c'],
    ['multipart/form-data; charset=utf-8; boundary=(a,b)', '(a,b)'],
    ['multipart/form-data; boundary = abc', 'abc'],
    ['multipart/form-data;boundary=*****', '*****'],
    ['MULTIPART/FORM-DATA;boundary="a=b";', 'a=b'],
    ['multipart/form-data; charset; boundary=abc', 'abc'],
  ])('reads %s', (contentType, boundary) => {
    expect(boundaryOf(contentType)).toBe(boundary);
  });

  it.each([
    null,
    '',
    'application/json',
    'multipart/mixed; boundary=abc',
    'multipart/form-data-x; boundary=abc',
    'text/plain, multipart/form-data; boundary=abc',
  ])('asks for multipart/form-data instead of %s', (contentType) => {
    const message = 'Please send the photo as multipart/form-data.';
    const headers = { Accept: 'multipart/form-data' };
    const refusal = { code: 'unsupported_media_type', status: 415, message, headers };
    expect(() => boundaryOf(contentType)).toThrow(expect.objectContaining(refusal));
  });

  it.each([
    'multipart/form-data',
    'multipart/form-data; boundary',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary=""',
    'multipart/form-data; boundary="abc ',
    'multipart/form-data; boundary="abc "',
    'multipart/form-data; boundary="abc"def',
    'multipart/form-data; boundary="a\r\nb"',
    'multipart/form-data; boundary="a{b"',
    'multipart/form-data; boundary=abc; boundary=def',
    'multipart/form-data; boundary=a=b; boundary=a=b',
    'multipart/form-data; x="; boundary=abc"',
    'multipart/form-data; boundary=a{b}',
    'multipart/form-data; boundary=abc, multipart/form-data; boundary=abc',
    'multipart/form-data; boundary=abc def',
    `multipart/form-data; boundary=${'x'.repeat(71)}`,
  ])('refuses %s, naming the boundary', (contentType) => {
    const message = expect.stringContaining('boundary') as string;
    const refusal = { code: 'malformed_upload', status: 400, message };
    expect(() => boundaryOf(contentType)).toThrow(expect.objectContaining(refusal));
  });
});
