import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseUrlProblems } from '@plantcommunity/db/connection';
import { readSettings } from '@plantcommunity/settings';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../root.ts';
import { checkPublicAddresses, checkSecrets, checkServiceAddresses } from './check-settings.ts';
import { compose, composeText, serviceOf } from './testing/compose.ts';
import { lastOf, readStages, variablesOf } from './testing/dockerfile.ts';

const { networks, secrets, services, volumes } = compose;
const INSTANCES = ['app-1', 'app-2'];
const all = Object.entries(services);
const image = readStages().at(-1);
if (image === undefined) throw new Error('The Dockerfile has no stage.');

describe('compose.yaml', () => {
  it('runs two instances of one image behind Caddy, with PostgreSQL and Valkey', () => {
    expect(Object.keys(services).toSorted()).toEqual(['app-1', 'app-2', 'caddy', 'migrate', 'postgres', 'valkey']);
    expect(serviceOf('app-1')).toEqual(serviceOf('app-2'));
    expect(serviceOf('app-1')).toMatchObject({ build: '.', image: serviceOf('migrate').image });
  });

  it.each(all)('%s has a version in its image, which is not latest', (_name, { image: name }) => {
    expect(name).toMatch(/^[\w/-]+:(?:\d[\w.]*(?:-\w+)?|\$\{RELEASE:-local\})$/);
  });

  it.each(all.filter(([name]) => name !== 'migrate'))('%s is started again', (_name, { restart }) => {
    expect(restart).toBe('unless-stopped');
  });

  it('checks the health of each service that stays, of the instances by the check of the image', () => {
    const withCheck = all.filter(([, { healthcheck }]) => healthcheck !== undefined && 'test' in healthcheck);
    expect(withCheck.map(([name]) => name)).toEqual(['caddy', 'postgres', 'valkey']);
    expect(INSTANCES.map((name) => serviceOf(name).healthcheck)).toEqual([undefined, undefined]);
    expect(lastOf(image, 'HEALTHCHECK').flags).not.toEqual([]);
  });

  it('starts the instances after the migrations, and Caddy after the instances', () => {
    const healthy = { condition: 'service_healthy' };
    const migrated = { condition: 'service_completed_successfully' };
    expect(serviceOf('migrate').depends_on).toEqual({ postgres: healthy });
    expect(serviceOf('app-1').depends_on).toEqual({ migrate: migrated, postgres: healthy, valkey: healthy });
    expect(serviceOf('caddy').depends_on).toEqual({ 'app-1': healthy, 'app-2': healthy });
    expect(serviceOf('migrate')).toMatchObject({ restart: 'no', command: ['node', '/app/tools/deploy/migrate.ts'] });
  });

  it('gives secrets as files, each to the services that read it', () => {
    for (const [, { environment, secrets: granted }] of all) {
      const read = Object.entries(environment).filter(([variable]) => variable.endsWith('_FILE'));
      for (const [, path] of read) expect(granted).toContain(path.replace('/run/secrets/', ''));
      const others = Object.keys(environment).filter((variable) => !variable.endsWith('_FILE'));
      expect(others.filter((variable) => /secret|password|token|key|(?<!APP)_url/i.test(variable))).toEqual([]);
    }
    expect(new Set(all.flatMap(([, each]) => each.secrets))).toEqual(new Set(Object.keys(secrets)));
    for (const [name, { file }] of Object.entries(secrets)) expect(file).toBe(`./secrets/${name}`);
    expect(composeText).not.toMatch(/\/\/\S*:\S*@/);
  });

  it('gives both instances one volume for photos, and nothing else to write to', () => {
    const folder = variablesOf(image)['DATA_DIR'];
    expect(serviceOf('app-1')).toMatchObject({ volumes: [`photos:${folder}`], read_only: true, cap_drop: ['ALL'] });
    for (const [, each] of all) expect(each.security_opt).toEqual(['no-new-privileges:true']);
    const named = all.flatMap(([, each]) => each.volumes).filter((volume) => !volume.startsWith('.'));
    expect(new Set(named.map((volume) => volume.split(':')[0]))).toEqual(new Set(Object.keys(volumes)));
  });

  it.each(all)('takes every capability from %s, and gives back what Caddy needs for its ports', (name, each) => {
    expect(each.cap_drop).toEqual(['ALL']);
    expect(each.cap_add).toEqual(name === 'caddy' ? ['NET_BIND_SERVICE'] : []);
  });

  it('runs PostgreSQL and Valkey as users without rights, and PostgreSQL with a script that makes the role of the app', () => {
    expect(['postgres', 'valkey'].map((name) => serviceOf(name).user)).toEqual(['postgres', 'valkey']);
    const { environment, volumes: mounted } = serviceOf('postgres');
    expect(environment['POSTGRES_USER']).toBe('postgres');
    expect(mounted).toContain('./ops/postgres/create-app-role.sh:/docker-entrypoint-initdb.d/create-app-role.sh:ro');
    // Otherwise the image would run the script in its own shell.
    expect(statSync(join(root, 'ops/postgres/create-app-role.sh')).mode & 0o111).toBe(0o111);
  });

  it('opens ports of Caddy alone, and hides PostgreSQL and Valkey in a network without a way out', () => {
    expect(all.filter(([, { ports }]) => ports.length > 0).map(([name]) => name)).toEqual(['caddy']);
    expect(networks['internal']).toEqual({ internal: true });
    for (const name of ['postgres', 'valkey']) expect(serviceOf(name).networks).toEqual(['internal']);
    expect(serviceOf('caddy').networks).toEqual(['public']);
  });
});

describe('ops/make-secrets.sh', () => {
  let folder: string;
  const make = () => execFileSync(join(folder, 'ops/make-secrets.sh'), { encoding: 'utf8' });
  const read = (name: string) => readFileSync(join(folder, 'secrets', name), 'utf8');
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plant-secrets-'));
    mkdirSync(join(folder, 'ops'));
    cpSync(join(root, 'ops/make-secrets.sh'), join(folder, 'ops/make-secrets.sh'));
    make();
    for (const name of ['plant_id_api_key', 'plantnet_api_key']) writeFileSync(join(folder, 'secrets', name), 'a1b2c3');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('makes every other secret, in files that containers can read and other users of the machine cannot reach', () => {
    const modeOf = (...path: string[]) => statSync(join(folder, ...path)).mode & 0o777;
    expect(modeOf('secrets')).toBe(0o700);
    for (const name of Object.keys(secrets).filter((each) => !each.endsWith('api_key'))) {
      expect([name, modeOf('secrets', name)]).toEqual([name, 0o444]);
    }
  });

  it('leaves secrets that exist', () => {
    const before = Object.keys(secrets).map(read);
    expect(make()).toContain('secrets/auth_secrets exists already and stays.');
    expect(Object.keys(secrets).map(read)).toEqual(before);
  });

  it('makes secrets with which the settings of compose.yaml have no fault', () => {
    const environment = Object.fromEntries(
      Object.entries({ ...variablesOf(image), ...serviceOf('app-1').environment }).map(([name, value]) => [
        name,
        value
          .replace('/run/secrets', join(folder, 'secrets'))
          .replace(/\$\{SITE_HOST[^}]*\}/, 'plants.example')
          .replace(/\$\{ADMIN_EMAIL[^}]*\}/, 'admin@plants.example'),
      ]),
    );
    const settings = readSettings(environment, databaseUrlProblems);
    const findings = [...checkSecrets(settings), ...checkPublicAddresses(settings), ...checkServiceAddresses(settings)];
    expect(findings.map(({ about, level }) => `${level} ${about}`)).toEqual([
      'warning ADMIN_PASSWORD',
      // Inside the network of compose.yaml, which no other machine reaches.
      'warning DATABASE_URL',
      'warning REDIS_URL',
    ]);
    const graceMs = 1000 * Number.parseInt(serviceOf('app-1').stop_grace_period ?? '', 10);
    expect(graceMs).toBeGreaterThan(settings.shutdownTimeoutMs + settings.closeTimeoutMs);
    expect(new URL(read('redis_url').trim())).toMatchObject({
      hostname: 'valkey',
      password: read('redis_password').trim(),
    });
    expect(new URL(read('database_url').trim())).toMatchObject({
      hostname: 'postgres',
      password: read('database_password').trim(),
    });
  });
});
