import type { ErrorData } from '@plantcommunity/api';
import { describe, expectTypeOf, it } from 'vitest';
import type { trpc } from './trpc.tsx';
import type { CreatedApiKey } from './wire.ts';

type Hooks = typeof trpc;
type Mutation<Procedure extends { useMutation: () => unknown }> = ReturnType<Procedure['useMutation']>;
type CreateKey = Mutation<Hooks['v1']['apiKeys']['create']>;
type LegacyToken = Mutation<Hooks['legacy']['auth']['token']>;

describe('the hooks of the API', () => {
  it('have the inputs and outputs of the procedures of v1', () => {
    expectTypeOf<Parameters<CreateKey['mutateAsync']>[0]>().toEqualTypeOf<{
      name: string;
      scopes: CreatedApiKey['scopes'];
      expires_at?: string | undefined;
    }>();
    expectTypeOf<CreateKey['data']>().toEqualTypeOf<CreatedApiKey | undefined>();
    expectTypeOf<CreatedApiKey['key']>().toBeString();
  });

  it('have those of the legacy namespace', () => {
    expectTypeOf<LegacyToken['variables']>().toEqualTypeOf<{ email: string; password: string } | undefined>();
    expectTypeOf<NonNullable<LegacyToken['data']>>().toHaveProperty('access_token').toBeString();
  });

  it('give the data of errors', () => {
    expectTypeOf<NonNullable<CreateKey['error']>['data']>().toEqualTypeOf<ErrorData | null | undefined>();
  });
});
