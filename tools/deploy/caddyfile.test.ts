import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from '@plantcommunity/settings';
import { describe, expect, it } from 'vitest';
import { root } from '../root.ts';
import { findProgram } from '../start/find-program.ts';

const path = join(root, 'ops/caddy/Caddyfile');
const text = readFileSync(path, 'utf8');
const caddy = findProgram('caddy');
const compose = readFileSync(join(root, 'compose.yaml'), 'utf8');
const settings = readSettings({ APP_ENV: 'development' });

/** Returns the rest of the line that begins with a directive. */
const valueOf = (directive: string) => new RegExp(String.raw`^\s*${directive} (.*?)(?: \{)?$`, 'm').exec(text)?.[1];

describe('the Caddyfile', () => {
  it.skipIf(caddy === undefined)('is valid', () => {
    const { status, stderr } = spawnSync(caddy ?? '', ['validate', '--config', path], {
      encoding: 'utf8',
      env: { SITE_HOST: 'plants.example', HOME: '/nonexistent' },
    });
    expect(status === 0 ? '' : stderr).toBe('');
  });

  it('sends requests to the instances of compose.yaml, on the port of the app', () => {
    const instances = [...compose.matchAll(/^ {2}(app-\d+):/gm)].map(([, name]) => `${name}:${settings.port}`);
    expect(valueOf('reverse_proxy')?.split(' ')).toEqual(instances);
  });

  it('closes idle connections before the app does', () => {
    expect(1000 * Number.parseInt(valueOf('keepalive') ?? '', 10)).toBeLessThan(settings.keepAliveMs);
  });

  it('asks the instances whether they are ready, at least twice in the second in which a stopping one accepts more', () => {
    expect(valueOf('health_uri')).toBe('/api/health/ready');
    expect(valueOf('health_interval')).toBe('500ms');
  });
});
