import type { OAuthProviderName } from '@plantcommunity/auth';
import { SERVICE_NAMES } from './sign-in-errors.ts';

/** How one gets into an account that has no password. */
export function OtherSignIn({ services }: { services: readonly OAuthProviderName[] }) {
  const names = services.map((service) => SERVICE_NAMES[service]).join(' or ');
  return (
    <p>
      You sign in with <b>{names === '' ? 'another service' : names}</b>. This account has no password here.
    </p>
  );
}
