import type { Logger } from '@plantcommunity/telemetry';

/**
 * Returns a function that logs, once a process, that a service shares no addresses and which permission is missing. It
 * logs nothing about the person.
 */
export function missingPermission(logger: Logger, provider: string, permission: string): (status?: number) => void {
  let isLogged = false;
  return (status) => {
    if (isLogged) return;
    isLogged = true;
    logger.warn(
      { provider, ...(status === undefined ? {} : { status }) },
      `[AUTH] The service shares no e-mail addresses: ${permission}. Only people who have an account already can sign in`,
    );
  };
}
