export { request, testFlow } from '../identify/testing/test-flow.ts';
export { ProviderError } from '../providers/provider-error.ts';
export { createThirdProvider, type ThirdProvider } from './third-provider/index.ts';
