import type { Users } from '@plantcommunity/auth';
import { SettingsError } from '@plantcommunity/settings';
import { expect, it, vi } from 'vitest';
import { provideAdmin } from './provide-admin.ts';

const made = { email: 'admin@plants.localhost', password: 'made here', created: true };

function usersWith(hasAdmin: boolean) {
  return {
    hasAdmin: async () => hasAdmin,
    ensureAdmin: vi.fn<Users['ensureAdmin']>(async () => (hasAdmin ? { email: made.email, created: false } : made)),
    renewAdminPassword: vi.fn<Users['renewAdminPassword']>(async () =>
      hasAdmin ? { email: made.email, password: 'made anew' } : undefined,
    ),
  };
}

it('makes an admin in development and reports the password at the first start, later only the address', async () => {
  const tell = vi.fn<(event: object) => void>();
  await provideAdmin({ mode: 'development', admin: undefined }, usersWith(false), { tell });
  await provideAdmin({ mode: 'development', admin: undefined }, usersWith(true), { tell });
  expect(tell.mock.calls).toEqual([
    [{ type: 'admin', email: made.email, password: made.password }],
    [{ type: 'admin', email: made.email }],
  ]);
});

it.each(['development', 'production'] as const)('makes a new password in %s when it is asked to', async (mode) => {
  const tell = vi.fn<(event: object) => void>();
  await provideAdmin({ mode, admin: undefined }, usersWith(true), { tell, renews: true });
  expect(tell.mock.calls).toEqual([[{ type: 'admin', email: made.email, password: 'made anew' }]]);
});

it('makes the admin when it is asked for a new password before there is one', async () => {
  const tell = vi.fn<(event: object) => void>();
  await provideAdmin({ mode: 'development', admin: undefined }, usersWith(false), { tell, renews: true });
  expect(tell.mock.calls).toEqual([[{ type: 'admin', email: made.email, password: made.password }]]);
});

it('reports no admin in production', async () => {
  const tell = vi.fn<(event: object) => void>();
  await provideAdmin({ mode: 'production', admin: undefined }, usersWith(true), { tell });
  const admin = { email: made.email, password: 'given at start' };
  await provideAdmin({ mode: 'production', admin }, usersWith(true), { tell });
  expect(tell).not.toHaveBeenCalled();
});

it('starts no production without an admin, and names both settings', async () => {
  const users = usersWith(false);
  const start = provideAdmin({ mode: 'production', admin: undefined }, users);
  await expect(start).rejects.toBeInstanceOf(SettingsError);
  await expect(start).rejects.toThrow(/ADMIN_EMAIL is required.*\n.*ADMIN_PASSWORD is required/);
  expect(users.ensureAdmin).not.toHaveBeenCalled();
});

it('needs no setting in production once there is an admin', async () => {
  const users = usersWith(true);
  await provideAdmin({ mode: 'production', admin: undefined }, users);
  expect(users.ensureAdmin).not.toHaveBeenCalled();
});

it('makes the admin that production names', async () => {
  const users = usersWith(false);
  const admin = { email: 'boss@plants.example', password: 'given at start' };
  await provideAdmin({ mode: 'production', admin }, users, { tell: () => {} });
  expect(users.ensureAdmin).toHaveBeenCalledWith(admin);
});
