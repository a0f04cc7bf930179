import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPhotoFiles } from './photo-files.ts';

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

describe('photo files', () => {
  let parent: string;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'photos-'));
  });
  afterEach(() => rm(parent, { recursive: true }));

  it('are read byte for byte, small and large', async () => {
    const files = openPhotoFiles(join(parent, 'a', 'b'));
    for (const size of [0, 1, 511, 512, 4_096, 65_537, 3_000_000]) {
      const jpeg = Buffer.alloc(size, `${size}`);
      await files.write(`id${size}`, jpeg);
      expect(jpeg.equals((await files.read(`id${size}`)) ?? Buffer.from('missing'))).toBe(true);
    }
  });

  it('are readable by this user only, in a folder of this user only', async () => {
    const folder = join(parent, 'photos');
    await openPhotoFiles(folder).write('abc', Buffer.from('x'));
    expect(await modeOf(folder)).toBe('700');
    expect(await modeOf(join(folder, 'ab', 'abc.jpg'))).toBe('600');
  });

  it('keep the mode of an existing folder, which may have other uses', async () => {
    await chmod(parent, 0o755);
    openPhotoFiles(parent);
    expect(await modeOf(parent)).toBe('755');
  });

  it('are removed, and may be removed twice', async () => {
    const files = openPhotoFiles(parent);
    await files.write('abc', Buffer.from('x'));
    await files.remove('abc');
    await files.remove('abc');
    expect(await files.read('abc')).toBeUndefined();
    expect(await readdir(join(parent, 'ab'))).toEqual([]);
  });
});
