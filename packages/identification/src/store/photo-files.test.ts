import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PhotoFiles, StoredFile } from './photo-files.ts';
import { openPhotoFiles } from './store.ts';
import { photoPlaces, type TestPlace } from './testing/photo-places.ts';

describe.each(photoPlaces)('the files of photos in $kind', ({ open }) => {
  let opened: TestPlace;
  let files: PhotoFiles;
  beforeEach(async () => {
    opened = await open();
    files = openPhotoFiles(opened.place);
  });
  afterEach(() => opened.close());

  async function listed(): Promise<StoredFile[]> {
    const found: StoredFile[] = [];
    for await (const page of files.list()) found.push(...page);
    return found;
  }

  it('are read byte for byte, small and large', async () => {
    for (const size of [0, 1, 512, 65_537, 3_000_000]) {
      const jpeg = Buffer.alloc(size, `${size}`);
      await files.write(`id${size}`, jpeg);
      const read = await files.read(`id${size}`);
      expect({ size, isEqual: read?.equals(jpeg) }).toEqual({ size, isEqual: true });
    }
    expect(await files.read('other')).toBeUndefined();
  });

  it('are replaced, and removed, which may be repeated', async () => {
    await files.write('abc', Buffer.from('one'));
    await files.write('abc', Buffer.from('two'));
    expect((await files.read('abc'))?.toString()).toBe('two');
    await files.remove(['abc']);
    await files.remove(['abc']);
    expect(await files.read('abc')).toBeUndefined();
    expect(await listed()).toEqual([]);
  });

  it('are removed at once, those that are not there included', async () => {
    const ids = Array.from({ length: files.maxRemoved }, () => randomUUID());
    const written = ids.slice(0, 20);
    const kept = randomUUID();
    await Promise.all([...written, kept].map((id) => files.write(id, Buffer.from(id))));
    expect(await files.remove(ids)).toEqual(new Map());
    expect((await listed()).map(({ id }) => id)).toEqual([kept]);
    expect(await files.remove([])).toEqual(new Map());
  });

  it('are listed with the times of their writing, without the names of databases', async () => {
    const before = Date.now();
    const ids = Array.from({ length: 12 }, () => randomUUID()).toSorted();
    await Promise.all(ids.map((id) => files.write(id, Buffer.from(id))));
    expect(await files.databases()).toEqual([]);
    for (const id of ['first', 'second']) await files.addDatabase(id);
    expect(await files.databases()).toEqual(['first', 'second']);
    const found = await listed();
    expect(found.map(({ id }) => id).toSorted()).toEqual(ids);
    // S3 gives whole seconds.
    for (const file of found) expect(Math.abs(((await file.writtenAt()) ?? 0) - before)).toBeLessThan(60_000);
    expect(await files.freeBytes()).toBeTruthy();
  });

  it('are listed without those of others that share the place', async () => {
    const id = randomUUID();
    for (const other of ['abc', 'IMG_4711', id.toUpperCase(), `${id}.thumbnail`, id]) {
      await files.write(other, Buffer.from('a holiday'));
    }
    expect((await listed()).map((file) => file.id)).toEqual([id]);
  });

  it('fail while the place is gone, and are not taken for missing', async () => {
    await files.write('abc', Buffer.from('one'));
    await opened.close();
    await expect(files.freeBytes()).rejects.toThrow(/ENOENT|ECONNREFUSED/);
    await expect(files.write('abd', Buffer.from('two'))).rejects.toThrow(/ENOENT|ECONNREFUSED/);
    opened = await open();
  });
});
