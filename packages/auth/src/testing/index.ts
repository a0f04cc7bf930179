export { generateKey as generateApiKey } from '../api-keys/key-text.ts';
export { type OAuthPerson, type OAuthServer, startOAuthServer } from './oauth-server.ts';
