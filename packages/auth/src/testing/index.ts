export { type OAuthPerson, type OAuthServer, startOAuthServer } from './oauth-server.ts';
