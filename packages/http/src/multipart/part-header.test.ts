import { describe, expect, it } from 'vitest';
import { parsePartHeader } from './part-header.ts';

const parse = (...lines: string[]) => parsePartHeader(Buffer.from(lines.join('\r\n')));
const disposition = (parameters: string) => parse(`Content-Disposition: form-data; ${parameters}`);

describe('parsePartHeader', () => {
  it('reads a text part and a file part', () => {
    expect(disposition('name="language"')).toEqual({ field: 'language', type: '', charset: '' });
    expect(
      parse(
        'content-disposition:form-data;name=image;filename=rose.jpg',
        'CONTENT-TYPE: Image/JPEG; charset=x',
        'X-Other: 1',
      ),
    ).toEqual({ field: 'image', fileName: 'rose.jpg', type: 'image/jpeg', charset: 'x' });
  });

  it.each([
    ['filename=""', ''],
    ['filename="a;b=\\"c\\".jpg"', 'a;b="c".jpg'],
    ['filename="C:\\fotos\\rose.jpg"', 'C:\\fotos\\rose.jpg'],
    ['filename="%22rose%0D%0A.jpg"', '%22rose%0D%0A.jpg'],
    ['filename="Märzenbecher.jpg"', 'Märzenbecher.jpg'],
    ["filename*=utf-8''M%C3%A4rz%20%F0%9F%8C%BC.jpg", 'März 🌼.jpg'],
    ["filename*=UTF-8'de'a%0d%0ab.jpg", 'a\r\nb.jpg'],
    ["filename=rose.jpg; filename*=utf-8''other.jpg", 'rose.jpg'],
  ])('reads %s', (parameters, fileName) => {
    expect(disposition(`name="image"; ${parameters}`)).toMatchObject({ fileName });
  });

  it.each([
    ['', ''],
    [';', ''],
    ['image/*', 'image/*'],
    ['*/*', '*/*'],
    ['multipart/form-data', 'multipart/form-data'],
    ['image/jpeg; name=photo (1).jpg', 'image/jpeg'],
    ['image', 'image'],
    ['Image/JPEG; charset', 'image/jpeg'],
    ['image/jpeg; name="open', 'image/jpeg'],
    ['image/jpeg; a=1; a=2', 'image/jpeg'],
  ])('reads the media type of "%s" as "%s", without parameters', (label, type) => {
    expect(parse('Content-Disposition: form-data; name=image; filename=a', `Content-Type: ${label}`)).toMatchObject({
      type,
    });
  });

  it('unfolds lines, as mail libraries fold them', () => {
    const lines = [
      'Content-Disposition: form-data;',
      '\tname="image";',
      ' filename="rose.jpg"',
      'Content-Type:',
      ' image/jpeg',
    ];
    expect(parse(...lines)).toEqual({ field: 'image', fileName: 'rose.jpg', type: 'image/jpeg', charset: '' });
  });

  it.each(['', '7bit', '8BIT', 'binary'])('accepts the transfer encoding "%s"', (encoding) => {
    const header = parse('Content-Disposition: form-data; name=a', `Content-Transfer-Encoding: ${encoding}`);
    expect(header).toMatchObject({ field: 'a' });
  });

  const named = 'Content-Disposition: form-data; name=a';
  it.each([
    ['no disposition', ['Content-Type: image/jpeg']],
    ['another disposition', ['Content-Disposition: attachment; name=a']],
    ['no name', ['Content-Disposition: form-data']],
    ['two names', ['Content-Disposition: form-data; name=a; name=b']],
    ['two file names', ['Content-Disposition: form-data; name=a; filename=x; filename=y']],
    ['an open quote', ['Content-Disposition: form-data; name="a']],
    ['text behind a quote', ['Content-Disposition: form-data; name="a"b']],
    ['a parameter without value', ['Content-Disposition: form-data; name']],
    ['two dispositions', [named, named]],
    ['two types', [named, 'Content-Type: image/jpeg', 'Content-Type: image/png']],
    ['a folded line above all others', [' x', named]],
    ['a second name in a folded line', [named, ' ; name=b']],
    ['a line without a colon', [named, 'X']],
    ['a line without a name', [named, ': x']],
    ['a space before the colon', [named, 'X : y']],
    ['a lone line feed', [`${named}\nX: y`]],
    ['a lone carriage return', [`${named}\rX: y`]],
    ['a NUL', [`${named}\0`]],
    ['base64', [named, 'Content-Transfer-Encoding: base64']],
    ['quoted-printable', [named, 'Content-Transfer-Encoding: quoted-printable']],
  ])('refuses %s', (_, lines) => {
    expect(() => parse(...lines)).toThrow(expect.objectContaining({ code: 'malformed_upload' }));
  });
});
