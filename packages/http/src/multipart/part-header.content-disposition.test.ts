import { describe, expect, it } from 'vitest';
import { HttpError } from '../errors.ts';
import { parseDisposition } from './part-header.ts';

/** Returns the reason for which a header is refused. */
function reason(text: string | undefined): string | undefined {
  try {
    parseDisposition(text);
    return undefined;
  } catch (error) {
    if (error instanceof HttpError && error.code === 'malformed_upload') return error.message;
    throw error;
  }
}

describe('parseDisposition', () => {
  it.each([
    ['name="image"; filename="my "best" rose.jpg"', 'my "best" rose.jpg'],
    ['filename="my "best" rose.jpg"; name="image"', 'my "best" rose.jpg'],
    ['name="image"; filename="my "best" rose.jpg"; size="123"', 'my "best" rose.jpg'],
    ['name="image"; filename=""best" rose.jpg"', '"best" rose.jpg'],
    ['name="image"; filename="5" pot.jpg"', '5" pot.jpg'],
    ['name="image"; filename="rose.jpg', 'rose.jpg'],
    ['name="image"; filename="C:\\photos\\"', 'C:\\photos\\'],
    ['name=image; filename=photo (1).jpg', 'photo (1).jpg'],
    ['filename=photo (1).jpg; name=image', 'photo (1).jpg'],
    ['name=image; filename=my rose.jpg; size=123', 'my rose.jpg'],
    ['name=image; filename=red; white.jpg', 'red; white.jpg'],
    ['name=image; filename=März.jpg', 'März.jpg'],
    ['name=image; filename=Monstera/IMG_1.jpg', 'Monstera/IMG_1.jpg'],
    ['name=image; filename=', ''],
    ['name="image"; filename="rose.jpg"; ', 'rose.jpg'],
    ['name="image";; filename="rose.jpg"', 'rose.jpg'],
    ['name="image"; filename="rose.jpg"; junk', 'rose.jpg'],
    ['name = "image" ; filename = "rose.jpg"', 'rose.jpg'],
    ['NAME="image"; FileName="rose.jpg"', 'rose.jpg'],
    ['name="image"; filename="a; name=b.jpg"', 'a; name=b.jpg'],
    ["name=image; filename=photo (1).jpg; filename*=utf-8''other.jpg", 'photo (1).jpg'],
    ["name=image; filename*=UTF-8''M%C3%A4rz%20(1).jpg", 'März (1).jpg'],
    ["name=image; filename*=utf-8''%ff.jpg", '\uFFFD.jpg'],
    ["name=image; filename*=utf-8''100%25%.jpg", '100%%.jpg'],
    ["name=image; filename*=iso-8859-1'en'M%E4rz.jpg", 'M\uFFFDrz.jpg'],
    ['name=image; filename*=x.jpg', 'x.jpg'],
    ['name=image; filename*0="a long name"; filename*1=" (1).jpg"', 'a long name (1).jpg'],
    ["name=image; filename*0*=us-ascii''a%20long; filename*1*=%20name; filename*2*=.php", 'a long name.php'],
    // The last ending of a name decides; no parameter, charset or encoding may hide it.
    ["name=image; filename*=iso-8859-1''a%2Ephp", 'a.php'],
    ["name=image; filename*=utf-8''%ff%2Ephp", '\uFFFD.php'],
    ["name=image; filename*=''a%2Ephp", 'a.php'],
    ['name=image; filename*=a%2Ephp', 'a.php'],
    ['name=image; filename*0="a."; filename*1*=p%68p', 'a.php'],
    ["name=image; filename*0*=UTF-8''a%2; filename*1*=Ephp", 'a.php'],
    ['name=image; filename*0="100%25"; filename*1=.jpg', '100%25.jpg'],
    ["name=image; filename*0*=UTF-8''M%C3; filename*1*=%A4rz.jpg", 'März.jpg'],
    ['name=image; filename="a "b" x.php"; size="1"', 'a "b" x.php'],
    ['name=image; filename="a"; x=b.php"', 'a"; x=b.php'],
  ])('accepts the file name of %s', (parameters, fileName) => {
    expect(parseDisposition(`form-data; ${parameters}`)).toEqual({ field: 'image', fileName });
  });

  it('returns no file name for a header without one', () => {
    expect(parseDisposition('Form-Data; name=language')).toEqual({ field: 'language' });
    expect(parseDisposition('form-data; name=language; junk')).toEqual({ field: 'language' });
  });

  const twice = 'A part of the upload names its form field twice.';
  const unreadable = 'A part of the upload names its form field in a way that cannot be read.';
  const unnamed = 'A part of the upload does not say which form field it is.';
  it.each([
    [undefined, 'A part of the upload has no Content-Disposition header.'],
    ['', 'The Content-Disposition of a part of the upload does not begin with form-data.'],
    ['attachment; name=image', 'The Content-Disposition of a part of the upload does not begin with form-data.'],
    ['name=image; filename=x.jpg', 'The Content-Disposition of a part of the upload does not begin with form-data.'],
    ['form-data', unnamed],
    ['form-data; filename=x.jpg', unnamed],
    ['form-data; filename="x"y.jpg"', unnamed],
    ['form-data; name', unnamed],
    ['form-data; name=image; name=organs', twice],
    ['form-data; name=image; filename="x"; name="organs"', twice],
    ['form-data; name="image"; filename="a" ; name = b.jpg"', twice],
    ['form-data; name="image"; "name=organs', twice],
    ['form-data; name="image"; filename="a"name="organs"', twice],
    ['form-data; filename="a"name="image"', unnamed],
    ['form-data; name="image"junk; filename="rose.jpg"', unreadable],
    ['form-data; name="im"age"; filename="rose.jpg"', unreadable],
    ['form-data; name=my image; filename=rose.jpg', unreadable],
    ['form-data; name="image', unreadable],
    ['form-data; name=; filename=rose.jpg', unreadable],
    ['form-data; name=image; filename=a.jpg; filename=b.php', 'A part of the upload has two file names.'],
  ])('refuses %j with the reason', (text, message) => {
    expect(reason(text)).toBe(message);
  });

  it('parses the costliest header in a few milliseconds of processor time', () => {
    const began = process.cpuUsage();
    for (const filler of ['"; a=b', '"', ';', '; a=""', '; name', '; \t']) {
      const text = `form-data; name=image; filename="${filler.repeat(Math.floor(4000 / filler.length))} x`;
      for (let time = 0; time < 20; time += 1) reason(text);
    }
    expect(process.cpuUsage(began).user / 1_000).toBeLessThan(1_000);
  });
});
