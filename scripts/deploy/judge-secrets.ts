import type { Settings } from '@plantcommunity/settings';
import { error, type Finding, warning } from './finding.ts';

/** A secret of 32 random bytes has about as many different characters as its spelling allows; a typed one has few. */
const FEWEST_CHARACTERS = 8;
const TOKEN_BYTES = 32;

type Secrets = Pick<Settings, 'authSecrets' | 'metricsToken' | 'admin'>;

/** Secrets that are short, typed rather than made, or used for two things. */
export function judgeSecrets({ admin, authSecrets = [], metricsToken }: Secrets): Finding[] {
  const findings: Finding[] = [];
  for (const [index, secret] of authSecrets.entries()) {
    const which = `secret ${index + 1} of ${authSecrets.length}`;
    if (!looksRandom(secret))
      findings.push(error('AUTH_SECRETS', `has few different characters in ${which}: use random bytes.`));
    if (authSecrets.indexOf(secret) !== index) findings.push(error('AUTH_SECRETS', `holds ${which} twice.`));
  }
  if (metricsToken !== undefined) {
    if (authSecrets.includes(metricsToken)) {
      findings.push(error('METRICS_TOKEN', 'is one of AUTH_SECRETS: whoever reads metrics could sign in as anybody.'));
    }
    if (!looksRandom(metricsToken))
      findings.push(error('METRICS_TOKEN', 'has few different characters: use random bytes.'));
    else if (Buffer.byteLength(metricsToken) < TOKEN_BYTES) {
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

function looksRandom(secret: string): boolean {
  return new Set(secret).size >= FEWEST_CHARACTERS;
}
