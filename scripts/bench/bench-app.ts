import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCrew } from '../launcher/crew.ts';
import { claimPort } from '../launcher/probe.ts';
import { prepare, serve } from '../launcher/run.ts';
import { makeSocketFolder, removeSocketFolder } from '../launcher/socket-folder.ts';
import { root } from '../root.ts';
import { buildBenchWeb } from './bench-web.ts';

const HOST = '127.0.0.1';

/** The product on embedded parts, with the bare route and a limit nobody reaches. */
export async function startBenchApp(say: (text: string) => void): Promise<{ url: string; stop: () => Promise<void> }> {
  const crew = createCrew({ add: () => {} });
  const socketFolder = makeSocketFolder();
  const dataDir = mkdtempSync(join(tmpdir(), 'plant-bench-'));
  const stop = async () => {
    await crew.dismiss();
    removeSocketFolder(socketFolder);
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const webFolder = await buildBenchWeb(crew, say);
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
      },
      plan: { embedsPostgres: true, embedsRedis: true, simulatesProviders: true },
      listenAddresses: [HOST],
      port,
      dataDir,
      socketFolder,
      shutdownMs: 10_000,
      say,
    };
    const parts = await prepare(options, crew, new AbortController().signal);
    await serve({ ...options, mode: 'start' }, parts, crew, new AbortController().signal);
    return { url: `http://${HOST}:${port}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
