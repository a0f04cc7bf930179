import type { OAuthConfig } from 'next-auth/providers/oauth';
import { z } from 'zod';
import { HTTP_OPTIONS, type Person, toUser } from './person.ts';

export const GITHUB = 'https://github.com/login/oauth';

const userSchema = z.object({ id: z.int(), login: z.string(), name: z.string().nullish() });
const addressesSchema = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

/** OAuth 2 with state and PKCE. Whether an address is verified is told by a question of its own only. */
export function github({ id, issuer, secret }: { id: string; secret: string; issuer: string }): OAuthConfig<Person> {
  const api = issuer === GITHUB ? 'https://api.github.com' : `${new URL(issuer).origin}/api/v3`;
  return {
    id: 'github',
    name: 'GitHub',
    type: 'oauth',
    issuer,
    clientId: id,
    clientSecret: secret,
    checks: ['pkce', 'state'],
    httpOptions: HTTP_OPTIONS,
    authorization: { url: `${issuer}/authorize`, params: { scope: 'read:user user:email' } },
    token: `${issuer}/access_token`,
    userinfo: {
      async request({ client, tokens }) {
        const accessToken = tokens.access_token;
        if (accessToken === undefined) throw new Error('GitHub gave no access token');
        const ask = async (path: string): Promise<unknown> => {
          const { body, statusCode } = await client.requestResource(`${api}${path}`, accessToken);
          if (statusCode !== 200) throw new Error(`GitHub answered ${path} with ${statusCode}`);
          return JSON.parse(String(body));
        };
        const [user, addresses] = await Promise.all([ask('/user'), ask('/user/emails')]);
        return personOf(userSchema.parse(user), addressesSchema.parse(addresses));
      },
    },
    profile: toUser,
  };
}

function personOf(user: z.output<typeof userSchema>, addresses: z.output<typeof addressesSchema>): Person {
  const address = addresses.find(({ primary }) => primary);
  return {
    sub: String(user.id),
    name: user.name ?? user.login,
    ...(address?.verified === true ? { email: address.email } : {}),
  };
}
