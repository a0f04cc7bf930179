import * as fc from 'fast-check';
import { EMPTY_LINE, type Envelope, LEGAL_ENVELOPE, latin1, legalParts, type Part, render } from './legal-uploads.ts';

/** Draws a legal upload and puts one or two faults into it. */
export function faultyBodies(boundary: string): fc.Arbitrary<Buffer> {
  const place = fc.nat();
  const inParts = fc.oneof(
    fc.tuple(wrongParts(boundary), place).map(
      ([part, at]) =>
        (all: readonly Part[]) =>
          all.toSpliced(at % (all.length + 1), 0, part),
    ),
    fc.tuple(wrongLines(), place, fc.boolean()).map(
      ([line, at, isFirst]) =>
        (all: readonly Part[]) =>
          all.with(at % all.length, withLine(all[at % all.length], line, isFirst)),
    ),
    fc.constant((all: readonly Part[]) => all),
    fc.constant((all: readonly Part[]) => Array.from({ length: 6 }, () => all).flat()),
  );
  const envelope = fc.oneof(
    { weight: 3, arbitrary: fc.constant(LEGAL_ENVELOPE) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Envelope>(
        { ...LEGAL_ENVELOPE, padding: ' \t' },
        { ...LEGAL_ENVELOPE, padding: ' '.repeat(65) },
        { ...LEGAL_ENVELOPE, padding: 'x' },
        { ...LEGAL_ENVELOPE, padding: '-' },
        { ...LEGAL_ENVELOPE, preamble: `${'x'.repeat(1_100)}\r\n` },
        { ...LEGAL_ENVELOPE, preamble: 'no line end' },
      ),
    },
  );
  const inBytes = fc.oneof(
    { weight: 3, arbitrary: fc.constant((body: Buffer) => body) },
    { weight: 1, arbitrary: fc.constant((body: Buffer) => latin1(body.toString('latin1').replaceAll('\r\n', '\n'))) },
    { weight: 1, arbitrary: place.map((at) => (body: Buffer) => body.subarray(0, at % body.length)) },
    {
      weight: 2,
      arbitrary: fc
        .array(changes, { minLength: 1, maxLength: 3 })
        .map((all) => (body: Buffer) => all.reduce(changed, body)),
    },
  );
  return fc
    .tuple(legalParts(boundary), inParts, envelope, inBytes)
    .map(([all, change, around, damage]) => damage(render(boundary, change(all), around)));
}

function withLine(part: Part | undefined, line: string, isFirst: boolean): Part {
  const { lines, ...rest } = part ?? { lines: [], gap: EMPTY_LINE, content: Buffer.alloc(0) };
  const added = Buffer.from(line);
  return { ...rest, lines: isFirst ? [added, ...lines] : [...lines, added] };
}

function wrongLines(): fc.Arbitrary<string> {
  return fc.constantFrom(
    'Content-Transfer-Encoding: base64',
    'Content-Transfer-Encoding: quoted-printable',
    'Content-Disposition: form-data; name="project"',
    'Content-Type: image/gif',
    'Content-Type: text/plain; charset=utf-16le',
    'no colon',
    ': no name',
    'Content-Type : image/gif',
    'X-Line: a\nContent-Type: image/gif',
    'X-Return: a\rb',
    'X-Nul: \0',
    `X-Long: ${'x'.repeat(4_200)}`,
    ' folded',
    '\r\n',
  );
}

const SNIPPETS = [
  ';',
  '; ',
  '=',
  '"',
  '"',
  '\\',
  '*',
  "'",
  'name=',
  '; name="',
  'filename=',
  '; filename="',
  '; filename*=',
  'image',
  'organs',
  "utf-8''",
  'a.jpg',
  ' ',
  'ä',
  '\r\n ',
];

function wrongParts(boundary: string): fc.Arbitrary<Part> {
  const one = (header: string, content: string | Buffer = 'x', gap = EMPTY_LINE): Part => ({
    lines: header === '' ? [] : [Buffer.from(header)],
    gap,
    content: Buffer.from(content),
  });
  const named = (parameters: string) => `Content-Disposition: form-data; ${parameters}`;
  const photo = Buffer.from([0xff, 0xd8, 0xff, 0]);
  const headerOnly = fc.constantFrom('name="organs"', 'name="image"; filename="rose.jpg"').map(named);
  return fc.oneof(
    fc.string({ unit: fc.constantFrom(...SNIPPETS), maxLength: 12 }).map((parameters) => one(named(parameters), photo)),
    fc
      .string({ unit: fc.constantFrom(...SNIPPETS), maxLength: 8 })
      .map((parameters) => one(named(`name="image"; ${parameters}`), photo)),
    headerOnly.map((header) => one(header, '', '')),
    headerOnly.map((header) => one(header, '', '\r\n')),
    fc.constantFrom(
      one('', 'x', '\r\n'),
      one('X: y'),
      one('Content-Disposition: attachment; name="image"', photo),
      one(named('filename="rose.jpg"'), photo),
      one(named('name="photo"; filename="rose.jpg"'), photo),
      one(named('name="__proto__"')),
      one(named('name="image"')),
      one(named('name="image"; filename="rose.jpg"'), ''),
      one(named('name="image"; filename=""'), ''),
      one(named('name="image"; filename="a\u0001.jpg"'), photo),
      one(named(`name="image"; filename="${'x'.repeat(256)}"`), photo),
      one(named('name="organs"; filename="leaf.php"')),
      one(named('name="organs"; filename="blob"')),
      one(`${named('name="organs"')}\r\nContent-Type: text/html`),
      one(`${named('name="organs"')}\r\nContent-Type: text/plain; charset=iso-8859-1`, latin1('M\xe4rz')),
      one(`${named('name="organs"')}\r\nContent-Type: text/plain; charset=iso-8859-1`, 'März'),
      one(`${named('name="organs"')}\r\nContent-Type: text/plain; charset=utf-16le`, Buffer.from('leaf', 'utf16le')),
      one(named('name="organs"'), latin1('M\xe4rz')),
      one(named('name="project"'), 'x'.repeat(257)),
      one(named('name="project"'), `a\r\n--${boundary}x`),
    ),
  );
}

interface Change {
  at: number;
  value: number;
  kind: 'set' | 'cut' | 'insert';
}

/** Changes of single bytes, mostly to those that have a meaning. */
const changes: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(),
  value: fc.oneof(fc.constantFrom(...latin1('\r\n-:;="\\\0 \t*')), fc.nat(255)),
  kind: fc.constantFrom('set', 'cut', 'insert'),
});

function changed(body: Buffer, { at, kind, value }: Change): Buffer {
  const place = at % Math.max(1, body.length);
  const [head, tail] = [body.subarray(0, place), body.subarray(place)];
  return Buffer.concat([head, Buffer.from(kind === 'cut' ? [] : [value]), kind === 'insert' ? tail : tail.subarray(1)]);
}
