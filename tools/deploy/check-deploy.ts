// `npm run check:deploy`: checks the production settings of the environment and the services that they name, and lists
// what must not go live. Exits with 1 after an error.
import { databaseUrlProblems } from '@plantcommunity/db/connection';
import { readSettings, type Settings, SettingsError, useProxy } from '@plantcommunity/settings';
import {
  checkPublicAddresses,
  checkResilience,
  checkSecrets,
  checkServiceAddresses,
  error,
  type Finding,
} from './check-settings.ts';
import { probeDatabase, probeRedis } from './probe-services.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function findings(): Promise<Finding[]> {
  let settings: Settings;
  try {
    settings = readSettings(process.env, databaseUrlProblems);
    useProxy(settings);
  } catch (thrown) {
    if (!(thrown instanceof SettingsError)) throw thrown;
    return thrown.faults.map(({ problem, variable }) => error(variable, `${problem}.`));
  }
  if (settings.mode === 'development') return [error('APP_ENV', 'is development, where anybody may identify.')];
  const { database, redis } = settings;
  const services = await Promise.all([
    database.url === undefined ? [] : probeDatabase(database.url, database.directUrl),
    redis.connection === undefined ? [] : probeRedis(redis.connection),
  ]);
  return [
    ...checkSecrets(settings),
    ...checkPublicAddresses(settings),
    ...checkServiceAddresses(settings),
    ...checkResilience(settings, Date.now()),
    ...services.flat(),
  ];
}

const found = (await findings()).toSorted((a, b) => a.level.localeCompare(b.level));
for (const { about, level, text } of found) say(`${level.padEnd(7)}  ${about} ${text}`);
const count = (level: Finding['level']): number => found.filter((finding) => finding.level === level).length;
say(`${found.length > 0 ? '\n' : ''}${count('error')} errors, ${count('warning')} warnings`);
process.exitCode = count('error') > 0 ? 1 : 0;
