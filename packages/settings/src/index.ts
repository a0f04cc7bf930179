export { type Environment, plainEnvironment } from './given.ts';
export { isLoopback } from './hosts.ts';
export { readSettings, SettingsError } from './read-settings.ts';
export type { ProviderSettings, Settings } from './settings.ts';
export { useProxy } from './use-proxy.ts';
