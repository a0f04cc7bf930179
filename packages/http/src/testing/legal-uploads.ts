import * as fc from 'fast-check';

/** A part from its first header to its content. */
export interface Part {
  /** Header lines, without line ends. */
  lines: readonly Buffer[];
  /** What stands between the last header and the content. */
  gap: string;
  content: Buffer;
}

export interface Envelope {
  preamble: string;
  /** What stands behind each boundary. */
  padding: string;
  epilogue: string;
}

export const EMPTY_LINE: string = '\r\n\r\n';
export const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

const BOUNDARY_SIGNS = Array.from("abcXYZ019'()+_,-./:=?*");
export const boundaries: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('----WebKitFormBoundaryAbC123', '----=_Part_0_123.456', '*****', '==', '-', '--', 'a:b', 'one two'),
  fc.string({ unit: fc.constantFrom(...BOUNDARY_SIGNS), minLength: 1, maxLength: 70 }),
);

export function contentTypes(boundary: string): fc.Arbitrary<string> {
  const forms = [
    `multipart/form-data; boundary="${boundary}"`,
    `Multipart/Form-Data;BOUNDARY="${boundary}"`,
    `multipart/form-data; charset=utf-8; boundary="${boundary}"`,
  ];
  if (!boundary.includes(' ')) forms.push(`multipart/form-data; boundary=${boundary}`);
  return fc.constantFrom(...forms);
}

const FILE_NAMES = [
  'rose.jpg',
  'IMG_0001.HEIC',
  'Märzenbecher 🌼.jpg',
  'red; white.jpg',
  'a, b = c.jpg',
  '../../etc/x.jpg',
  String.raw`C:\fotos\rose.jpg`,
  'my "best" rose.jpg',
  "it's.jpg",
  '%22rose%0D%0A.jpg',
  'blob',
  '',
];
const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
const isToken = (text: string) => /^[\w.*'+-]+$/.test(text);

/** File names in the forms that have one reading. */
const fileNames = fc
  .constantFrom(...FILE_NAMES)
  .chain((name) =>
    fc.constantFrom(
      `filename=${quoted(name)}`,
      `filename=${quoted(name)}`,
      `FileName=${isToken(name) ? name : quoted(name)}`,
      ...(name === '' ? [] : [`filename*=utf-8''${encodeURIComponent(name).replaceAll("'", '%27')}`]),
    ),
  );

function fieldNames(field: string): fc.Arbitrary<string> {
  return fc.constantFrom(`name="${field}"`, `NAME="${field}"`, isToken(field) ? `name=${field}` : `name="${field}"`);
}

/** Draws a Content-Disposition header; a folded line begins with white space (RFC 5322, 2.2.3). */
function dispositions(field: string, hasFileName: boolean): fc.Arbitrary<string> {
  const spaces = fc.constantFrom(' ', ' ', '', '  ', '\t', '\r\n ', '\r\n\t');
  const fileName = hasFileName ? fileNames : fc.constant(undefined);
  const ends = fc.constantFrom('', '', '', ' ', '; size=3');
  return fc
    .tuple(fieldNames(field), fileName, fc.boolean(), spaces, spaces, ends)
    .map(([name, file, isLast, before, between, end]) => {
      const all = [name, ...(file === undefined ? [] : [file])];
      return `form-data;${before}${(isLast ? all.toReversed() : all).join(`;${between}`)}${end}`;
    });
}

function headerLines(name: string, value: string): fc.Arbitrary<Buffer> {
  const forms = [`${name}: ${value}`, `${name.toLowerCase()}:${value}`, `${name.toUpperCase()}:  ${value}`];
  return fc.constantFrom(...forms).map((text) => Buffer.from(text));
}

const PHOTO_TYPES = [
  'image/jpeg',
  'image/*',
  '',
  'application/octet-stream',
  'Image/JPEG; charset=binary',
  'text/plain',
];
const TEXT_TYPES = ['text/plain', 'text/plain; charset=UTF-8', 'text/plain; charset="utf-8"', 'application/json', ''];
const OTHER_LINES = [
  'Content-Length: 3',
  'X-Empty:',
  'X-Other: a; b="c"',
  'Content-Transfer-Encoding: binary',
  'Content-ID: <a@b>\r\n (folded)',
];

/** Draws the headers of a part, in any order. */
function headers(field: string, hasFileName: boolean, types: readonly string[]): fc.Arbitrary<Buffer[]> {
  const disposition = dispositions(field, hasFileName).chain((value) => headerLines('Content-Disposition', value));
  const type = fc.constantFrom(...types).chain((value) => headerLines('Content-Type', value));
  const others = fc.uniqueArray(fc.constantFrom(...OTHER_LINES), { maxLength: 2 });
  return fc.tuple(disposition, fc.option(type), others, fc.boolean()).map(([first, second, more, isReversed]) => {
    const lines = [first, ...(second === null ? [] : [second]), ...more.map((line) => Buffer.from(line))];
    return isReversed ? lines.toReversed() : lines;
  });
}

/** Draws bytes that resemble a boundary, so that a reader must hold some of them back. */
function nearBoundaries(boundary: string): fc.Arbitrary<Buffer> {
  const delimiter = `\r\n--${boundary}`;
  const pieces = ['\r\n', '\r', '\n', '-', `\r\n-${boundary}`, `\n--${boundary}`, 'a', '\0', delimiter.slice(0, -1)];
  return fc
    .array(fc.constantFrom(...pieces), { maxLength: 8 })
    .map((all) => latin1(`.${all.join('')}`))
    .filter(
      (bytes) =>
        !Buffer.concat([bytes, latin1(delimiter)])
          .subarray(0, -1)
          .includes(delimiter, 0, 'latin1'),
    );
}

function photos(boundary: string): fc.Arbitrary<Part> {
  const signature = Buffer.from([0xff, 0xd8, 0xff, 0]);
  const bytes = fc.uint8Array({ maxLength: 150 }).map((all) => Buffer.from(all));
  const content = fc.oneof(bytes, nearBoundaries(boundary), fc.constant(Buffer.alloc(150, '\r\n-')));
  return fc
    .tuple(fc.constantFrom('image', 'image', 'image[]'), fc.boolean())
    .chain(([field, hasFileName]) => fc.tuple(headers(field, hasFileName, PHOTO_TYPES), content))
    .map(([lines, rest]) => ({ lines, gap: EMPTY_LINE, content: Buffer.concat([signature, rest]) }));
}

function texts(boundary: string, field: string): fc.Arbitrary<Part> {
  const content = fc.oneof(
    fc
      .constantFrom('leaf', '["leaf","flower"]', '52.5', 'de-DE', '', ' a ', '\ufeffa')
      .map((text) => Buffer.from(text)),
    fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => Buffer.from(text)),
    nearBoundaries(boundary).filter((bytes) => bytes.length <= 256),
  );
  return fc
    .tuple(headers(field, false, TEXT_TYPES), content)
    .map(([lines, text]) => ({ lines, gap: EMPTY_LINE, content: text }));
}

/** Draws one to three photos among text fields. */
export function legalParts(boundary: string): fc.Arbitrary<readonly Part[]> {
  const fields = fc.uniqueArray(fc.constantFrom('organs', 'organs[]', 'language', 'latitude', 'project', 'image_url'), {
    maxLength: 3,
  });
  return fields
    .chain((names) =>
      fc.tuple(
        fc.array(photos(boundary), { minLength: 1, maxLength: 3 }),
        fc.tuple(...names.map((name) => texts(boundary, name))),
      ),
    )
    .chain(([all, more]) => fc.shuffledSubarray([...all, ...more], { minLength: all.length + more.length }));
}

export const LEGAL_ENVELOPE: Envelope = { preamble: '', padding: '', epilogue: '\r\n' };

export function render(boundary: string, parts: readonly Part[], { epilogue, padding, preamble }: Envelope): Buffer {
  const opening = latin1(`--${boundary}${padding}\r\n`);
  const pieces = parts.flatMap(({ content, gap, lines }) => [
    opening,
    ...lines.flatMap((line, index) => (index === 0 ? [line] : [latin1('\r\n'), line])),
    latin1(gap),
    content,
    latin1('\r\n'),
  ]);
  return Buffer.concat([latin1(preamble), ...pieces, latin1(`--${boundary}--${epilogue}`)]);
}

export function legalBodies(boundary: string): fc.Arbitrary<Buffer> {
  const preamble = fc.constantFrom('', '', '', 'This is multipart.\r\n', '\r\n', ' -- \r\n\r\n');
  const epilogue = fc.constantFrom(
    '\r\n',
    '\r\n',
    '',
    '  \r\n',
    '\r\nThe end',
    `\r\n--${boundary}\r\nX: y\r\n\r\nno part`,
  );
  const envelope = fc.record({ preamble, padding: fc.constant(''), epilogue });
  return fc.tuple(legalParts(boundary), envelope).map(([all, around]) => render(boundary, all, around));
}
