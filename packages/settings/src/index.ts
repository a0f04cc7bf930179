export { isLoopback } from './hosts.ts';
export { readSettings, SettingsError } from './read-settings.ts';
export type { ProviderSettings, Settings } from './settings.ts';
