import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPartSplitter } from './part-splitter.ts';

/** Returns the parts of a body that arrives in these chunks. */
function split(chunks: Iterable<Buffer>, boundary = 'b'): { header: string; content: string }[] {
  const parts: { header: string; content: string }[] = [];
  const splitter = createPartSplitter(boundary, {
    begin: (header) => void parts.push({ header: header.toString('latin1'), content: '' }),
    content(piece) {
      const last = parts.at(-1);
      if (last !== undefined) last.content += piece.toString('latin1');
    },
    end: () => {},
  });
  for (const chunk of chunks) splitter.push(chunk);
  splitter.finish();
  return parts;
}

const whole = (body: string) => split([Buffer.from(body, 'latin1')]);

describe('createPartSplitter', () => {
  it('splits a body into parts, also empty ones', () => {
    expect(whole('--b\r\nA: 1\r\n\r\none\r\n--b\r\nB: 2\r\nC: 3\r\n\r\n\r\n--b--')).toEqual([
      { header: 'A: 1', content: 'one' },
      { header: 'B: 2\r\nC: 3', content: '' },
    ]);
  });

  it('ignores preamble, padding behind a boundary, and epilogue', () => {
    const body = 'This is multipart.\r\n--b \t \r\nA: 1\r\n\r\none\r\n--b--  \r\nThe end\r\n--b\r\nA: 2\r\n\r\nno part';
    expect(whole(body)).toEqual([{ header: 'A: 1', content: 'one' }]);
  });

  it('keeps content that only resembles a boundary', () => {
    const content = '\r\n-b\r\n--\r\r\n--c\n--b\r--b --b\r\n';
    expect(whole(`--b\r\nA: 1\r\n\r\n${content}\r\n--b--`)).toEqual([{ header: 'A: 1', content }]);
  });

  it('takes a boundary right behind the headers for the end of an empty part', () => {
    const parts = [
      { header: 'A: 1', content: '' },
      { header: 'B: 2', content: '--c' },
    ];
    const body = '--b\r\nA: 1\r\n\r\n--b\r\nB: 2\r\n\r\n--c\r\n--b--';
    expect(whole(body)).toEqual(parts);
    expect(split(Array.from(body, (letter) => Buffer.from(letter)))).toEqual(parts);
    expect(whole('--b\r\nA: 1\r\n\r\n--b--')).toEqual([{ header: 'A: 1', content: '' }]);
    expect(() => whole('--b\r\nA: 1\r\n\r\n--b')).toThrow('The upload ends before its closing boundary.');
  });

  it('refuses a part without the empty line behind its headers, even if its boundary reads like a header', () => {
    for (const lines of ['A: 1\r\n', '']) {
      const body = `--a:b\r\n${lines}--a:b\r\nB: 2\r\n\r\none\r\n--a:b--`;
      expect(() => split([Buffer.from(body)], 'a:b')).toThrow('A part of the upload ends within its headers.');
    }
  });

  it('returns the same parts for any division into chunks', () => {
    const content = '\r\n--bound\r\n--boundar\r\r\n--boundary'.slice(0, -1);
    const body = Buffer.from(
      `pre\r\n--boundary\r\nA: 1\r\n\r\n${content}\r\n--boundary \r\nB: 2\r\n\r\n\r\n--boundary--\r\nepi`,
      'latin1',
    );
    const expected = [
      { header: 'A: 1', content },
      { header: 'B: 2', content: '' },
    ];
    for (let first = 0; first <= body.length; first += 1) {
      for (let second = first; second <= body.length; second += 1) {
        const chunks = [body.subarray(0, first), body.subarray(first, second), body.subarray(second)];
        expect(split(chunks, 'boundary')).toEqual(expected);
      }
    }
  });

  it('returns any content without the boundary byte for byte, for any division into chunks', () => {
    const letters = fc.constantFrom('\r', '\n', '-', 'b', 'c', '\r\n--', '\r\n-');
    const contents = fc.array(
      fc.array(letters, { maxLength: 30 }).map((all) => all.join('')),
      { maxLength: 4 },
    );
    const without = contents.filter((all) => all.every((content) => !`\r\n${content}\r\n-`.includes('\r\n--bc')));
    fc.assert(
      fc.property(without, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (all, sizes) => {
        const body = Buffer.from(
          `${all.map((content) => `--bc\r\nA: 1\r\n\r\n${content}\r\n`).join('')}--bc--`,
          'latin1',
        );
        const chunks: Buffer[] = [];
        for (let at = 0, turn = 0; at < body.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          chunks.push(body.subarray(at, at + size));
          at += size;
        }
        expect(split(all.length === 0 ? [Buffer.from('--bc--')] : chunks, 'bc')).toEqual(
          all.map((content) => ({ header: 'A: 1', content })),
        );
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['an empty body', ''],
    ['no boundary', 'A: 1\r\n\r\none'],
    ['another boundary', '--c\r\nA: 1\r\n\r\none\r\n--c--'],
    ['no closing boundary', '--b\r\nA: 1\r\n\r\none\r\n--b\r\n'],
    ['half a closing boundary', '--b\r\nA: 1\r\n\r\none\r\n--b-'],
    ['an end in the content', '--b\r\nA: 1\r\n\r\non'],
    ['an end in the headers', '--b\r\nA: 1\r\n'],
    ['text behind a boundary', '--b\r\nA: 1\r\n\r\none\r\n--bc\r\n--b--'],
    ['a lone line feed behind a boundary', '--b\nA: 1\r\n\r\none\r\n--b--'],
    ['long padding', `--b${' '.repeat(65)}\r\nA: 1\r\n\r\none\r\n--b--`],
    ['a long preamble', `${'x'.repeat(1200)}\r\n--b\r\nA: 1\r\n\r\none\r\n--b--`],
    ['long headers', `--b\r\nA: ${'x'.repeat(4100)}\r\n\r\none\r\n--b--`],
    ['headers that never end', `--b\r\n${'x'.repeat(5000)}`],
  ])('refuses %s', (_, body) => {
    const refusal = expect.objectContaining({ code: 'malformed_upload' }) as Error;
    expect(() => whole(body)).toThrow(refusal);
    expect(() => split(Array.from(body, (letter) => Buffer.from(letter)))).toThrow(refusal);
  });

  it('passes content on without copying it', () => {
    const pieces: Buffer[] = [];
    const sink = { begin: () => {}, content: (piece: Buffer) => void pieces.push(piece), end: () => {} };
    const splitter = createPartSplitter('b', sink);
    splitter.push(Buffer.from('--b\r\nA: 1\r\n\r\n'));
    const chunk = Buffer.alloc(65_536, 'x');
    splitter.push(chunk);
    expect(pieces).toEqual([chunk]);
    expect(pieces[0]?.buffer).toBe(chunk.buffer);
  });
});
