'use client';

import type { OAuthProviderName } from '@plantcommunity/auth';
import { useState } from 'react';
import type { FormError } from '@/lib/form.ts';
import { Button } from '@/ui/button.tsx';
import { FormErrorText } from '@/ui/form.tsx';
import styles from './oauth-buttons.module.css';
import { OAUTH_NAMES, signInAt } from './sign-in.ts';

/** Buttons that sign in, or create an account, with an OAuth provider; empty when none is configured. */
export function OAuthButtons({ services, next }: { services: readonly OAuthProviderName[]; next: string }) {
  const [leavingTo, setLeavingTo] = useState<OAuthProviderName>();
  const [error, setError] = useState<FormError>();
  if (services.length === 0) return null;

  const go = async (service: OAuthProviderName) => {
    setError(undefined);
    setLeavingTo(service);
    const failed = await signInAt(service, next);
    if (failed === undefined) return;
    setLeavingTo(undefined);
    setError(failed);
  };

  return (
    <div className={styles['ways']}>
      <p className={styles['or']}>or</p>
      {services.map((service) => (
        <Button key={service} wide busy={leavingTo === service} onClick={() => void go(service)}>
          Continue with {OAUTH_NAMES[service]}
        </Button>
      ))}
      <FormErrorText error={error} />
    </div>
  );
}
