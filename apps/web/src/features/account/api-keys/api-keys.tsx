'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { ApiKey, CreatedApiKey } from '@/lib/wire.ts';
import { Button } from '@/ui/button.tsx';
import { CopyField } from '@/ui/copy-field.tsx';
import { LocalTime } from '@/ui/local-time.tsx';
import hidden from '@/ui/visually-hidden.module.css';
import { scopesText } from './api-key-text.ts';
import styles from './api-keys.module.css';
import { NewApiKeyForm } from './new-api-key-form.tsx';
import { RevokeApiKeyDialog } from './revoke-api-key-dialog.tsx';

/** A key as the page shows it; whether it has expired is judged by the server's clock. */
type ListedKey = ApiKey & { isExpired: boolean };

/** The API keys of the account: lists and revokes them, creates new ones and shows each of these once. */
export function ApiKeys({ keys }: { keys: readonly ListedKey[] }) {
  const router = useRouter();
  const [created, setCreated] = useState<CreatedApiKey>();
  const [revoking, setRevoking] = useState<ListedKey>();
  return (
    <div className={styles['keys']}>
      <p>
        With a key a script uses your account without your password. Any person or program with the key can do what you
        allow here, and it counts against your limits.
      </p>
      {keys.length === 0 ? null : (
        <ul className={styles['list']} aria-label="Your API keys">
          {keys.map((key) => (
            <li key={key.id}>
              <KeyText apiKey={key} />
              <Button small onClick={() => setRevoking(key)}>
                Revoke…<span className={hidden['hidden']}> {key.name}</span>
              </Button>
            </li>
          ))}
        </ul>
      )}
      {created === undefined ? null : (
        <CopyField
          key={created.id}
          label={`Key “${created.name}”`}
          note="Copy it now: it is not shown again."
          value={created.key}
        />
      )}
      <NewApiKeyForm
        onCreated={(key) => {
          setCreated(key);
          router.refresh();
        }}
      />
      {revoking === undefined ? null : (
        <RevokeApiKeyDialog
          apiKey={revoking}
          onRevoked={() => {
            if (created?.id === revoking.id) setCreated(undefined);
            router.refresh();
          }}
          onClose={() => setRevoking(undefined)}
        />
      )}
    </div>
  );
}

/** What a user needs to tell a key from others, and whether it is still in use. */
function KeyText({ apiKey }: { apiKey: ListedKey }) {
  const {
    created_at: createdAt,
    expires_at: expiresAt,
    isExpired,
    last_used_at: lastUsedAt,
    name,
    scopes,
    start,
  } = apiKey;
  return (
    <div>
      <b>{name}</b> <code>{start}…</code>
      <p>{scopesText(scopes)}.</p>
      <p>
        Created <LocalTime at={createdAt} />,{' '}
        {lastUsedAt === undefined ? (
          'never used'
        ) : (
          <>
            last used <LocalTime at={lastUsedAt} />
          </>
        )}
        {expiresAt === undefined ? null : (
          <>
            , {isExpired ? 'expired' : 'expires'} <LocalTime at={expiresAt} />
          </>
        )}
        .
      </p>
    </div>
  );
}
