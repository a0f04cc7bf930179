import { expect, it, vi } from 'vitest';
import { type ReadStructure, readStructure, rememberStructures } from './read-structure.ts';
import { DAMAGED } from './structure.ts';
import { makeJpeg } from './testing/make-jpeg.ts';
import { compressedText, makePng } from './testing/make-png.ts';
import { uploaded } from './testing/uploaded-photo.ts';

const SMALL = { width: 64, height: 48 };

function setUp() {
  const read = vi.fn<ReadStructure>(readStructure);
  return { read, remembering: rememberStructures(read) };
}

it('follows a photo once and says the same of it again, about the bytes that came now', () => {
  const { read, remembering } = setUp();
  const jpeg = makeJpeg(SMALL);
  const first = uploaded(Buffer.concat([jpeg, Buffer.from('trailing')]));
  const again = { ...first, bytes: Buffer.from(first.bytes) };
  const said = remembering(first);
  const saidAgain = remembering(again);
  expect(saidAgain).toEqual(said);
  expect(saidAgain).toMatchObject({ type: 'jpeg', structure: { ...SMALL, data: jpeg } });
  expect(saidAgain.structure && 'data' in saidAgain.structure && saidAgain.structure.data.buffer).toBe(
    again.bytes.buffer,
  );
  expect(read).toHaveBeenCalledTimes(1);
});

it('tells photos apart by their hash', () => {
  const { read, remembering } = setUp();
  remembering(uploaded(makeJpeg(SMALL)));
  expect(remembering(uploaded(makeJpeg({ width: 8, height: 8 }))).structure).toMatchObject({ width: 8, height: 8 });
  expect(read).toHaveBeenCalledTimes(2);
});

it.each([
  ['what is wrong', uploaded(makeJpeg({ ...SMALL, sampling: [] })), DAMAGED],
  ['a file that loses some of its chunks', uploaded(makePng({ ...SMALL, extra: [compressedText(10)] })), SMALL],
] as const)('does not remember %s', (_what, photo, found) => {
  const { read, remembering } = setUp();
  remembering(photo);
  expect(remembering(photo).structure).toMatchObject(found);
  expect(read).toHaveBeenCalledTimes(2);
});

it('needs no byte of a photo that it knows', () => {
  const { remembering } = setUp();
  const photo = uploaded(makeJpeg(SMALL));
  remembering(photo);
  const unread = {
    ...photo,
    get bytes(): Buffer {
      throw new Error('put together');
    },
  };
  expect(remembering(unread)).toMatchObject({ type: 'jpeg', structure: { width: 64 } });
});
