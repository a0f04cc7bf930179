import * as http from 'node:http';
import type { ProxyEnvironment } from './proxy.ts';
import { SettingsError } from './read-settings.ts';
import type { Settings } from './settings.ts';

/** `node:http` with a function of 24.14, which the types lack. */
interface WithProxy extends Pick<typeof http, 'request'> {
  setGlobalProxyFromEnv?: (environment: ProxyEnvironment) => () => void;
}

/**
 * Sends the requests of this process, made with `fetch`, `node:http` or `node:https`, through the proxy of the settings.
 * Replaces the agents that Node makes for NODE_USE_ENV_PROXY, which send requests to this machine to the proxy, too.
 * @returns a function that removes the proxy
 * @throws {SettingsError} on a Node without this function
 */
export function useProxy({ isDemo, proxy }: Pick<Settings, 'isDemo' | 'proxy'>): () => void {
  // The demo sends nothing to other machines.
  if (!proxy || isDemo) return () => {};
  const { setGlobalProxyFromEnv: install } = http as WithProxy;
  if (!install) {
    const problem = `needs Node 24.14 or newer; this is ${process.versions.node}`;
    throw new SettingsError([{ variable: proxy.https_proxy ? 'HTTPS_PROXY' : 'HTTP_PROXY', problem }]);
  }
  return install(proxy);
}
