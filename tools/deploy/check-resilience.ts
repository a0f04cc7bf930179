import type { ProviderSettings, Settings } from '@plantcommunity/settings';
import { type Finding, warning } from './finding.ts';

/** Outside of these a circuit protects nobody, or never lets anybody through again; times in milliseconds. */
const SOUND: readonly { name: keyof ProviderSettings['circuit']; variable: string; least: number; most: number }[] = [
  { name: 'failMax', variable: 'FAIL_MAX', least: 2, most: 20 },
  { name: 'resetTimeoutMs', variable: 'RESET_TIMEOUT', least: 10_000, most: 600_000 },
  { name: 'maxResetTimeoutMs', variable: 'MAX_RESET_TIMEOUT', least: 10_000, most: 3_600_000 },
  { name: 'successThreshold', variable: 'SUCCESS_THRESHOLD', least: 1, most: 10 },
  { name: 'trialPermits', variable: 'TRIAL_PERMITS', least: 1, most: 10 },
];

/** Warns of settings that work but are unwise: circuits out of range, waits shorter than a call, verbose logs. */
export function checkResilience(
  settings: Pick<Settings, 'plantId' | 'plantnet' | 'cacheLock' | 'logLevel' | 'legacy'>,
  now: number,
): Finding[] {
  const { cacheLock, legacy, logLevel, plantId, plantnet } = settings;
  const findings = [...judgeCircuit('PLANT_ID', plantId), ...judgeCircuit('PLANTNET', plantnet)];
  const longest = Math.max(plantId.timeoutMs, plantnet.timeoutMs);
  if (cacheLock.waitMs !== undefined && cacheLock.waitMs < longest) {
    findings.push(
      warning(
        'CACHE_LOCK_TIMEOUT',
        cacheLock.waitMs === 0
          ? 'is 0: an instance does not wait while another one asks, so that the same photo is paid for several times.'
          : "is under a provider's timeout: those who wait give up before the answer can be there, and ask again.",
      ),
    );
  }
  if (logLevel === 'trace' || logLevel === 'debug') {
    findings.push(warning('LOG_LEVEL', `is ${logLevel}: a line for each step of every request.`));
  }
  if (legacy.sunsetAt.getTime() <= now) {
    findings.push(warning('LEGACY_API_SUNSET_AT', 'is past: the legacy namespace answers 410.'));
  }
  return findings;
}

function judgeCircuit(prefix: 'PLANT_ID' | 'PLANTNET', { apiKey, circuit }: ProviderSettings): Finding[] {
  if (apiKey === undefined) return [];
  return SOUND.flatMap(({ least, most, name, variable }) => {
    const value = circuit[name];
    if (value >= least && value <= most) return [];
    const scale = name.endsWith('Ms') ? 1000 : 1;
    const text = `is ${value / scale}; ${least / scale} to ${most / scale} has proved sound.`;
    return [warning(`${prefix}_CIRCUIT_${variable}`, text)];
  });
}
