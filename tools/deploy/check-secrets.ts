import { readDatabaseUrl } from '@plantcommunity/db/connection';
import type { Settings } from '@plantcommunity/settings';
import { error, type Finding, warning } from './finding.ts';
import { isWordy, weaknessOf } from './weak-secret.ts';

const TOKEN_BYTES = 32;
const REMEDY = 'use random bytes, such as those of openssl rand -base64 32';

type Secrets = Pick<Settings, 'authSecrets' | 'metricsToken' | 'admin' | 'database' | 'redis' | 'plantId' | 'plantnet'>;

/** Secrets that are short, typed rather than made, or used for two things. */
export function checkSecrets(settings: Secrets): Finding[] {
  const { admin, authSecrets = [], metricsToken } = settings;
  const findings: Finding[] = [];
  const others = otherSecrets(settings);
  for (const [index, secret] of authSecrets.entries()) {
    const which = `secret ${index + 1} of ${authSecrets.length}`;
    findings.push(...judgeForm('AUTH_SECRETS', secret, `in ${which}`));
    if (authSecrets.indexOf(secret) !== index) findings.push(error('AUTH_SECRETS', `holds ${which} twice.`));
    for (const [name, value] of others) {
      if (value === secret)
        findings.push(error(name, 'is one of AUTH_SECRETS: its readers could sign in as any user.'));
    }
  }
  if (metricsToken !== undefined) {
    const form = judgeForm('METRICS_TOKEN', metricsToken, '');
    findings.push(...form);
    if (form.length === 0 && Buffer.byteLength(metricsToken) < TOKEN_BYTES) {
      findings.push(warning('METRICS_TOKEN', `is shorter than ${TOKEN_BYTES} bytes.`));
    }
  }
  if (admin !== undefined) {
    findings.push(
      warning('ADMIN_PASSWORD', 'is needed at the first start alone: take it out of the settings after that.'),
    );
  }
  return findings;
}

function judgeForm(about: string, secret: string, where: string): Finding[] {
  const finding = (text: string) => [text, where].filter((part) => part !== '').join(' ');
  const weakness = weaknessOf(secret);
  if (weakness !== undefined) return [error(about, `${finding(weakness)}: ${REMEDY}.`)];
  return isWordy(secret) ? [warning(about, `${finding('is written in words')}: ${REMEDY}.`)] : [];
}

/** Returns the secrets that other people and services know: a signing secret must not be one of them. */
function otherSecrets({ admin, database, metricsToken, plantId, plantnet, redis }: Secrets) {
  const { connection } = redis;
  return [
    ['METRICS_TOKEN', metricsToken],
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
