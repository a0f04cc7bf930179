export { type Environment, modeOf, plainEnvironment, SettingsError } from './environment.ts';
export { isLoopback } from './hosts.ts';
export { useProxy } from './proxy.ts';
export { type ProviderSettings, readSettings, type Settings } from './settings.ts';
