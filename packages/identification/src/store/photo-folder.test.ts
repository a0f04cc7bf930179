import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPhotoFolder } from './photo-folder.ts';

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

describe('a folder of photos', () => {
  let parent: string;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'photos-'));
  });
  afterEach(() => rm(parent, { recursive: true }));

  it('and its files are readable by this user only', async () => {
    const folder = join(parent, 'photos');
    await openPhotoFolder(folder).write('abc', Buffer.from('x'));
    expect(await modeOf(folder)).toBe('700');
    expect(await modeOf(join(folder, 'ab', 'abc.jpg'))).toBe('600');
  });

  it('keeps its mode if it existed, because it may have other uses', async () => {
    await chmod(parent, 0o755);
    openPhotoFolder(parent);
    expect(await modeOf(parent)).toBe('755');
  });

  it('is listed without a look at each file, whose time is undefined once it is gone', async () => {
    const files = openPhotoFolder(parent);
    const id = randomUUID();
    await files.write(id, Buffer.from('x'));
    for await (const page of files.list()) {
      await files.remove([id]);
      expect(await Promise.all(page.map((file) => file.writtenAt()))).toEqual([undefined]);
    }
  });

  it('has no file after a failed write, and lists and removes what an interrupted one left', async () => {
    const files = openPhotoFolder(parent);
    // A folder in the place of the file: the last step of the write fails.
    await mkdir(join(parent, 'ab', 'abc.jpg', 'x'), { recursive: true });
    await expect(files.write('abc', Buffer.from('x'))).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(await readdir(join(parent, 'ab'))).toEqual(['abc.jpg']);

    const id = randomUUID();
    const folder = join(parent, id.slice(0, 2));
    await mkdir(folder);
    await writeFile(join(folder, `${id}.jpg.part`), 'half of i');
    expect(await files.read(id)).toBeUndefined();
    const listed: string[] = [];
    for await (const page of files.list()) listed.push(...page.map((file) => file.id));
    expect(listed).toEqual([id]);
    await files.remove([id]);
    expect(await readdir(folder)).toEqual([]);
  });
});
