import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '@plantcommunity/settings';
import { root } from '../root.ts';
import { claimPort } from '../start/probe.ts';
import { createProcessGroup } from '../start/process-group.ts';
import { prepare, serve } from '../start/run.ts';
import { makeSocketFolder, removeSocketFolder } from '../start/socket-folder.ts';

const HOST = '127.0.0.1';

export interface BenchApp {
  url: string;
  /** URL of the simulator of both providers. */
  simulator: string;
  /** Id of the web process. */
  pid: number;
  stop(): Promise<void>;
}

interface BenchAppOptions {
  /** The build with the bare route. */
  webFolder: string;
  settings: Environment;
  say: (text: string) => void;
}

/** The product on embedded parts, with the bare route and a rate limit that no bench reaches. */
export async function startBenchApp({ say, settings, webFolder }: BenchAppOptions): Promise<BenchApp> {
  const group = createProcessGroup({ add: () => {} });
  const socketFolder = makeSocketFolder();
  const dataDir = mkdtempSync(join(tmpdir(), 'plant-bench-'));
  const stop = async () => {
    await group.stop();
    removeSocketFolder(socketFolder);
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const port = await claimPort([HOST], 0);
    if (typeof port !== 'number') throw new Error('no port is free');
    const options = {
      root,
      webFolder,
      // The bench has built already.
      mode: 'dev' as const,
      environment: {
        ...process.env,
        APP_ENV: 'development',
        HOST,
        IDENTIFY_RATE_ANONYMOUS: '1000000/s',
        LOG_LEVEL: 'warn',
        ...settings,
      },
      plan: { embedsPostgres: true, embedsRedis: true, simulatesProviders: true },
      listenAddresses: [HOST],
      port,
      dataDir,
      socketFolder,
      shutdownMs: 10_000,
      say,
    };
    const parts = await prepare(options, group, new AbortController().signal);
    const { child } = await serve({ ...options, mode: 'start' }, parts, group, new AbortController().signal);
    return { url: `http://${HOST}:${port}`, simulator: parts.simulator?.url ?? '', pid: child.pid, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
