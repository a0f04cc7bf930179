import { readDatabaseUrl } from '@plantcommunity/db/connection';
import type { Settings } from '@plantcommunity/settings';
import { error, type Finding, warning } from './finding.ts';
import { isWordy, weaknessOf } from './weak-secret.ts';

const REMEDY = 'use random bytes, such as those of openssl rand -base64 32';

type Secrets = Pick<Settings, 'authSecrets' | 'admin' | 'database' | 'redis' | 'plantId' | 'plantnet'>;

/** Secrets that are short, typed rather than made, or used for two things. */
export function checkSecrets(settings: Secrets): Finding[] {
  const { admin, authSecrets = [] } = settings;
  const findings: Finding[] = [];
  const others = otherSecrets(settings);
  for (const [index, secret] of authSecrets.entries()) {
    const which = `secret ${index + 1} of ${authSecrets.length}`;
    findings.push(...checkForm(secret, which));
    if (authSecrets.indexOf(secret) !== index) findings.push(error('AUTH_SECRETS', `holds ${which} twice.`));
    for (const [name, value] of others) {
      if (value === secret)
        findings.push(error(name, 'is one of AUTH_SECRETS: its readers could sign in as any user.'));
    }
  }
  if (admin !== undefined) {
    findings.push(
      warning('ADMIN_PASSWORD', 'is needed at the first start alone: take it out of the settings after that.'),
    );
  }
  return findings;
}

function checkForm(secret: string, which: string): Finding[] {
  const weakness = weaknessOf(secret);
  if (weakness !== undefined) return [error('AUTH_SECRETS', `${weakness} in ${which}: ${REMEDY}.`)];
  return isWordy(secret) ? [warning('AUTH_SECRETS', `is written in words in ${which}: ${REMEDY}.`)] : [];
}

/** Returns the secrets that other people and services know: a signing secret must not be one of them. */
function otherSecrets({ admin, database, plantId, plantnet, redis }: Secrets) {
  const { connection } = redis;
  return [
    ['ADMIN_PASSWORD', admin?.password],
    ['PLANT_ID_API_KEY', plantId.apiKey],
    ['PLANTNET_API_KEY', plantnet.apiKey],
    ['DATABASE_URL', database.url === undefined ? '' : readDatabaseUrl(database.url).password],
    connection && 'token' in connection
      ? ['UPSTASH_REDIS_REST_TOKEN', connection.token]
      : ['REDIS_URL', passwordIn(connection?.url)],
  ] as const;
}

/** Decodes percent signs; text with a % that escapes nothing stays as it is. */
function passwordIn(url: string | undefined): string {
  const written = URL.parse(url ?? '')?.password ?? '';
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}
