import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRecord } from './run-record.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plant-record-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('closing a record frees its data folder', async () => {
  const record = await openRecord(folder, '/none');
  record.add(process.pid);
  record.markEnding();
  expect(readdirSync(folder)).toEqual(['launcher.json', 'launcher.lock']);
  record.close();
  expect(readdirSync(folder)).toEqual([]);
});

test('a record that cannot be written fails with the name of the folder, and leaves no lock', async () => {
  mkdirSync(join(folder, 'launcher.json', 'in the way'), { recursive: true });
  const start = openRecord(folder, '/none');
  await expect(start).rejects.toThrow(`The data folder ${folder} cannot be used: `);
  await expect(start).rejects.toThrow('DATA_DIR=/srv/plants npm start');
  expect(readdirSync(folder)).toEqual(['launcher.json']);
});
