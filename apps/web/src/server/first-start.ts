import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Users } from '@plantcommunity/auth';
import { type Settings, SettingsError } from '@plantcommunity/settings';
import { notifyLauncher, wantsNewAdminPassword } from './launcher.ts';

/**
 * Provides the first admin. Development creates one and reports the password at the first start, and the address at
 * every later one; production takes the admin of its settings. Both create a new password when the launcher was asked
 * for one.
 * @throws {SettingsError} in production without an admin, neither in the database nor in the settings
 */
export async function provideAdmin(
  { admin: wanted, mode }: Pick<Settings, 'admin' | 'mode'>,
  users: Pick<Users, 'ensureAdmin' | 'hasAdmin' | 'renewAdminPassword'>,
  { notify = notifyLauncher, renews = wantsNewAdminPassword() } = {},
): Promise<void> {
  if (renews) {
    const renewed = await users.renewAdminPassword();
    if (renewed !== undefined) return notify({ type: 'admin', ...renewed });
  }
  if (wanted === undefined && mode === 'production') {
    if (await users.hasAdmin()) return;
    const problem = 'is required at the first start in production: there is no admin yet';
    throw new SettingsError([
      { variable: 'ADMIN_EMAIL', problem },
      { variable: 'ADMIN_PASSWORD', problem },
    ]);
  }
  const { email, password } = await users.ensureAdmin(wanted ?? {});
  if (password !== undefined) notify({ type: 'admin', email, password });
  // Production does not write the address of its admin into its log.
  else if (mode === 'development') notify({ type: 'admin', email });
}

const SECRET_FILE = 'auth-secret';

/** Returns the signing secret of development: created at the first start and kept in the data folder, so that sessions last. */
export async function loadAuthSecret(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const path = join(/* turbopackIgnore: true */ dataDir, SECRET_FILE);
  try {
    // `wx` fails when the file exists: the secret of an earlier start stays.
    await writeFile(path, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return (await readFile(path, 'utf8')).trim();
}
