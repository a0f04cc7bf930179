import type { TRPCClientErrorLike } from '@trpc/client';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import { describe, expectTypeOf, it } from 'vitest';
import type { AppRouter } from '../api.ts';
import type { ErrorData } from '../middleware/init.ts';
import type { WireHistory, WireIdentification } from '../v1/plant-identification/wire.ts';

type IsAny<T> = 0 extends 1 & T ? true : false;

/** The paths at which a type holds `any`; never if it holds none. The item of a stream has the name `item`. */
type PathsOfAny<T, Path extends string = 'it'> =
  IsAny<T> extends true
    ? Path
    : T extends FormData
      ? never
      : T extends AsyncIterable<infer Item, unknown, never>
        ? PathsOfAny<Item, `${Path}.item`>
        : T extends readonly (infer Item)[]
          ? PathsOfAny<Item, `${Path}.${number}`>
          : T extends object
            ? { [Name in keyof T & string]-?: PathsOfAny<T[Name], `${Path}.${Name}`> }[keyof T & string]
            : never;

type Inputs = inferRouterInputs<AppRouter>;
type Outputs = inferRouterOutputs<AppRouter>;

// The compiler checks these when it checks the types of the package.
describe('the types of the router', () => {
  it('find any where it is', () => {
    // oxlint-disable-next-line typescript/no-explicit-any -- what the next tests must find
    expectTypeOf<PathsOfAny<{ a: { b: any }[]; c: string }>>().toEqualTypeOf<`it.a.${number}.b`>();
  });

  it('hold no any in inputs and outputs of v1 and legacy', () => {
    expectTypeOf<keyof Inputs>().toEqualTypeOf<'v1' | 'legacy'>();
    expectTypeOf<PathsOfAny<Inputs>>().toBeNever();
    expectTypeOf<PathsOfAny<Outputs>>().toBeNever();
  });

  it('are the wire objects, in both namespaces', () => {
    expectTypeOf<Outputs['v1']['plantIdentification']['identify']>().toExtend<WireIdentification>();
    expectTypeOf<Outputs['v1']['plantIdentification']['history']>().toExtend<WireHistory>();
    expectTypeOf<Outputs['legacy']['plantIdentification']>().toEqualTypeOf<
      Pick<Outputs['v1']['plantIdentification'], keyof Outputs['legacy']['plantIdentification']>
    >();
    expectTypeOf<Inputs['v1']['plantIdentification']['identify']>().toEqualTypeOf<FormData>();
    expectTypeOf<Inputs['v1']['auth']['token']>().toEqualTypeOf<{ email: string; password: string }>();
  });

  it('give errors their code, request id and wrong fields', () => {
    expectTypeOf<TRPCClientErrorLike<AppRouter>['data']>().toEqualTypeOf<ErrorData | null | undefined>();
  });
});
