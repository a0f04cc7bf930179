import { join } from 'node:path';
import { script } from './child.ts';
import type { ProcessGroup } from './process-group.ts';
import { type Service, spawnInto, startMessage } from './service.ts';

/** The providers' stand-in, on a free port of its own. */
export async function startSimulator(group: ProcessGroup, root: string): Promise<Service> {
  const child = spawnInto(group, {
    name: 'Provider simulator',
    command: script(join(root, 'apps/provider-simulator/src/main.ts')),
    env: {
      ...process.env,
      PORT: '0',
      HOST: '127.0.0.1',
      PLANT_LAUNCHER_PIPE: '1',
      // People should see the steps of an identification as they would be with the real services.
      SIMULATOR_LATENCY: process.env['SIMULATOR_LATENCY'] ?? 'human',
    },
  });
  return { child, url: await startMessage(child, 'listening'), label: 'provider simulator' };
}
