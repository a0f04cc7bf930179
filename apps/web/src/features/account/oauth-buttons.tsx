'use client';

import type { OAuthProviderName } from '@plantcommunity/auth';
import { useState } from 'react';
import type { FormError } from '@/lib/form-fault.ts';
import { Button } from '@/ui/button.tsx';
import { FormErrorText } from '@/ui/form-error.tsx';
import styles from './oauth-buttons.module.css';
import { signInAt } from './session.ts';
import { SERVICE_NAMES } from './sign-in-errors.ts';

/** Signing in, for the first time too, at another service; nothing where none is offered. */
export function OAuthButtons({ services, next }: { services: readonly OAuthProviderName[]; next: string }) {
  const [going, setGoing] = useState<OAuthProviderName>();
  const [fault, setFault] = useState<FormError>();
  if (services.length === 0) return null;

  const go = async (service: OAuthProviderName) => {
    setFault(undefined);
    setGoing(service);
    const refused = await signInAt(service, next);
    if (refused === undefined) return;
    setGoing(undefined);
    setFault(refused);
  };

  return (
    <div className={styles['ways']}>
      <p className={styles['or']}>or</p>
      {services.map((service) => (
        <Button key={service} wide busy={going === service} onClick={() => void go(service)}>
          Continue with {SERVICE_NAMES[service]}
        </Button>
      ))}
      <FormErrorText fault={fault} />
    </div>
  );
}
