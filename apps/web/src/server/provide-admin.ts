import type { Users } from '@plantcommunity/auth';
import { type Settings, SettingsError } from '@plantcommunity/settings';
import { tellLauncher } from './launcher.ts';

/**
 * Development makes its admin at the first start and says so once; production is told who it is.
 * @throws {SettingsError} when production is not told and has none yet
 */
export async function provideAdmin(
  { admin: wanted, mode }: Pick<Settings, 'admin' | 'mode'>,
  users: Pick<Users, 'ensureAdmin' | 'hasAdmin'>,
  tell = tellLauncher,
): Promise<void> {
  if (wanted === undefined && mode === 'production') {
    if (await users.hasAdmin()) return;
    const problem = 'is required at the first start in production: there is no admin yet';
    throw new SettingsError([
      { variable: 'ADMIN_EMAIL', problem },
      { variable: 'ADMIN_PASSWORD', problem },
    ]);
  }
  const admin = await users.ensureAdmin(wanted ?? {});
  if (admin.created && admin.password !== undefined) {
    tell({ type: 'admin', email: admin.email, password: admin.password });
  }
}
