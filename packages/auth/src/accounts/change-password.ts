import { hashPassword } from '../password.ts';
import type { AccountParts } from './accounts.ts';
import { requirePassword, wrongPassword } from './require-password.ts';

/** @throws {AuthError} `wrong_password`, `invalid_password` */
export async function changePassword(
  { client, logger }: Pick<AccountParts, 'client' | 'logger'>,
  userId: string,
  { current, next }: { current: string; next: string },
): Promise<void> {
  const user = await client.user.findUnique({ where: { id: userId }, select: { passwordHash: true } });
  const passwordHash = user?.passwordHash ?? null;
  if (passwordHash === null) throw wrongPassword();
  await requirePassword({ id: userId, passwordHash }, current, logger);
  const { count } = await client.user.updateMany({
    // The one that was checked: of two changes at once, the second has not told the password that is current then.
    where: { id: userId, passwordHash },
    data: { passwordHash: await hashPassword(next), sessionEpoch: { increment: 1 } },
  });
  if (count === 0) throw wrongPassword();
  logger.info({ userId }, '[AUTH] Password changed');
}
