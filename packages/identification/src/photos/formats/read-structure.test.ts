import { expect, it, vi } from 'vitest';
import { makeGif } from '../testing/make-gif.ts';
import { makeJpeg } from '../testing/make-jpeg.ts';
import { compressedText, makePng } from '../testing/make-png.ts';
import { uploaded } from '../testing/uploaded-photo.ts';
import { createStructureCache, type ReadStructure, readStructure } from './read-structure.ts';
import { DAMAGED } from './structure.ts';

const SMALL = { width: 64, height: 48 };

function setUp() {
  const read = vi.fn<ReadStructure>(readStructure);
  return { read, remembering: createStructureCache(read) };
}

it.each([
  ['a photo with a tail', Buffer.concat([makeJpeg(SMALL), Buffer.from('trailing')])],
  ['a photo that loses some of its chunks', makePng({ ...SMALL, extra: [compressedText(10)] })],
  ['a photo that is repaired', makeGif(SMALL).subarray(0, -1)],
])('the structure cache reads %s once and returns the same again', (_what, bytes) => {
  const { read, remembering } = setUp();
  const first = remembering(uploaded(bytes));
  expect(remembering(uploaded(Buffer.from(bytes)))).toEqual(first);
  expect(first.structure).toMatchObject(SMALL);
  expect(read).toHaveBeenCalledTimes(1);
});

it('the structure cache separates photos by their hash', () => {
  const { read, remembering } = setUp();
  remembering(uploaded(makeJpeg(SMALL)));
  expect(remembering(uploaded(makeJpeg({ width: 8, height: 8 }))).structure).toMatchObject({ width: 8, height: 8 });
  expect(read).toHaveBeenCalledTimes(2);
});

it('the structure cache keeps no faults', () => {
  const { read, remembering } = setUp();
  const photo = uploaded(makeJpeg({ ...SMALL, sampling: [] }));
  remembering(photo);
  expect(remembering(photo).structure).toMatchObject(DAMAGED);
  expect(read).toHaveBeenCalledTimes(2);
});

it('the structure cache needs no byte of a cached photo', () => {
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
