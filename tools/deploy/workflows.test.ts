import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { root } from '../root.ts';
import { readStages } from './testing/dockerfile.ts';

const step = z.object({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
});
const workflow = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.string()),
  concurrency: z.object({ group: z.string(), 'cancel-in-progress': z.boolean() }),
  env: z.record(z.string(), z.string()).default({}),
  jobs: z.record(
    z.string(),
    z.object({
      'runs-on': z.string(),
      'timeout-minutes': z.number(),
      container: z.string().optional(),
      permissions: z.never().optional(),
      steps: z.array(step),
    }),
  ),
});

const folder = join(root, '.github/workflows');
const files = readdirSync(folder).map((name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  return { name, text, content: workflow.parse(parse(text)) };
});

describe.each(files)('the workflow $name', ({ content, text }) => {
  const jobs = Object.values(content.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  it('may only read, and never runs with the rights of the repository for code of others', () => {
    expect(content.permissions).toEqual({ contents: 'read' });
    expect(Object.keys(content.on)).toEqual(['push', 'pull_request']);
    expect(text).not.toContain('{{ secrets');
  });

  it('pins each action to a commit, and names its release', () => {
    const used = [...text.matchAll(/uses: (.*)/g)].map(([, action]) => action);
    expect(used).toHaveLength(steps.filter(({ uses }) => uses !== undefined).length);
    for (const action of used) expect(action).toMatch(/^[\w-]+\/[\w-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('keeps no token in the checkout', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts).toHaveLength(jobs.length);
    for (const checkout of checkouts) expect(checkout.with).toEqual({ 'persist-credentials': false });
  });

  it('names the system of each job with its version', () => {
    for (const job of jobs) expect(job['runs-on']).toMatch(/^ubuntu-\d+\.\d+$/);
    expect(text).not.toContain('latest');
  });

  it('caches the store that pnpm is told to use', () => {
    const caches = steps.filter(({ uses }) => uses?.startsWith('actions/cache@'));
    expect(caches).not.toEqual([]);
    for (const { with: options } of caches) {
      expect(options['path']).toBe(content.env['pnpm_config_store_dir']);
      expect(options['key']).toContain(`hashFiles('pnpm-lock.yaml')`);
    }
  });

  it('runs scripts that exist', () => {
    const scripts = steps.flatMap(({ run = '' }) => run.match(/^(?:bash )?((?:\.ci|ops|tools)\/\S+)/m)?.[1] ?? []);
    expect(scripts.filter((script) => !existsSync(join(root, script)))).toEqual([]);
  });
});

it('the workflow test.yml runs the two commands of the README, the long tests, and the image with its services', () => {
  const { content } = files.find(({ name }) => name === 'test.yml') ?? {};
  const commandsOf = (name: string) => (content?.jobs[name]?.steps ?? []).map(({ run = '' }) => run).join('\n');
  expect(commandsOf('start')).toContain('npm start');
  expect(commandsOf('test')).toBe('\n\nbash .ci/run\nnpm run test:long');
  expect(readFileSync(join(root, '.ci/run'), 'utf8')).toContain('npm test');
  expect(commandsOf('image')).toContain('docker compose up --detach --wait');
  expect(content?.jobs['test']?.container).toBe(readStages()[0]?.image.replace('-slim', ''));
});
