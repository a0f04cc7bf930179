import type { Users } from '@plantcommunity/auth';
import { SettingsError } from '@plantcommunity/settings';
import { expect, it, vi } from 'vitest';
import { provideAdmin } from './first-start.ts';

const generated = { email: 'admin@plants.localhost', password: 'generated', created: true };

function usersWith(hasAdmin: boolean) {
  return {
    hasAdmin: async () => hasAdmin,
    ensureAdmin: vi.fn<Users['ensureAdmin']>(async () =>
      hasAdmin ? { email: generated.email, created: false } : generated,
    ),
    renewAdminPassword: vi.fn<Users['renewAdminPassword']>(async () =>
      hasAdmin ? { email: generated.email, password: 'generated again' } : undefined,
    ),
  };
}

it('development creates an admin and reports the password at the first start, later only the address', async () => {
  const notify = vi.fn<(event: object) => void>();
  await provideAdmin({ mode: 'development', admin: undefined }, usersWith(false), { notify });
  await provideAdmin({ mode: 'development', admin: undefined }, usersWith(true), { notify });
  expect(notify.mock.calls).toEqual([
    [{ type: 'admin', email: generated.email, password: generated.password }],
    [{ type: 'admin', email: generated.email }],
  ]);
});

it.each(['development', 'production'] as const)(
  '%s creates a new password when the launcher was asked for one',
  async (mode) => {
    const notify = vi.fn<(event: object) => void>();
    await provideAdmin({ mode, admin: undefined }, usersWith(true), { notify, renews: true });
    expect(notify.mock.calls).toEqual([[{ type: 'admin', email: generated.email, password: 'generated again' }]]);
  },
);

it('a request for a new password creates the admin if there is none', async () => {
  const notify = vi.fn<(event: object) => void>();
  await provideAdmin({ mode: 'development', admin: undefined }, usersWith(false), { notify, renews: true });
  expect(notify.mock.calls).toEqual([[{ type: 'admin', email: generated.email, password: generated.password }]]);
});

it('production reports no admin', async () => {
  const notify = vi.fn<(event: object) => void>();
  await provideAdmin({ mode: 'production', admin: undefined }, usersWith(true), { notify });
  const admin = { email: generated.email, password: 'given at start' };
  await provideAdmin({ mode: 'production', admin }, usersWith(true), { notify });
  expect(notify).not.toHaveBeenCalled();
});

it('production without an admin does not start, and names both settings', async () => {
  const users = usersWith(false);
  const start = provideAdmin({ mode: 'production', admin: undefined }, users);
  await expect(start).rejects.toBeInstanceOf(SettingsError);
  await expect(start).rejects.toThrow(/ADMIN_EMAIL is required.*\n.*ADMIN_PASSWORD is required/);
  expect(users.ensureAdmin).not.toHaveBeenCalled();
});

it('production with an admin in the database needs no setting', async () => {
  const users = usersWith(true);
  await provideAdmin({ mode: 'production', admin: undefined }, users);
  expect(users.ensureAdmin).not.toHaveBeenCalled();
});

it('production creates the admin of its settings', async () => {
  const users = usersWith(false);
  const admin = { email: 'boss@plants.example', password: 'given at start' };
  await provideAdmin({ mode: 'production', admin }, users, { notify: () => {} });
  expect(users.ensureAdmin).toHaveBeenCalledWith(admin);
});
