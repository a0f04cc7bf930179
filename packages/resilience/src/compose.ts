/**
 * A layer around the calls to one service, such as a bulkhead, a circuit or a quota.
 *
 * `execute` either calls `work` once and passes on what `work` returns or throws, or refuses the call: it then throws
 * without calling `work`. `options` belong to one call; a policy reads those that it knows. A policy that waits ends its
 * wait when `options.signal` aborts. What a policy hands to the work of a call is an object: `context`.
 */
export interface Policy<Options = CallOptions, Context = unknown> {
  execute<T>(work: (context: Context) => Promise<T>, options: Options): Promise<T>;
}

/** Options of one call that every composition takes. */
export interface CallOptions {
  /** Ends the waiting of this caller. */
  readonly signal?: AbortSignal | undefined;
}

/** Several policies as one: its options are those of all of them, its context is what all of them hand over. */
export interface Composed<Options, Context> {
  /** @throws what the policy that refuses throws, what `work` throws, or the reason of a signal that is aborted already */
  execute<T>(
    work: (context: Context) => Promise<T>,
    ...options: Partial<Options> extends Options ? [options?: Options] : [options: Options]
  ): Promise<T>;
}

interface AnyPolicy {
  execute(work: never, options: never): Promise<unknown>;
}

type OptionsOf<All extends readonly AnyPolicy[]> = All extends readonly [
  { execute(work: never, options: infer Options): unknown },
  ...infer Others extends readonly AnyPolicy[],
]
  ? NonNullable<Options> & OptionsOf<Others>
  : CallOptions;

type ContextOf<All extends readonly AnyPolicy[]> = All extends readonly [
  { execute(work: infer Work, options: never): unknown },
  ...infer Others extends readonly AnyPolicy[],
]
  ? (Work extends (context: infer Context) => unknown ? Context : unknown) & ContextOf<Others>
  : unknown;

/**
 * Composes policies once, outermost first, so that each call passes through all of them. A refusal stops the call: the
 * policies further in and the work never see it, and those further out see it as an error of their work. So give a
 * circuit a `classify` that ignores the refusals of policies inside it, or put these outside.
 *
 * @example
 * const weather = compose(createBulkhead({ max: 20 }), createCircuit({ name: 'weather', redis }));
 * const report = await weather.execute(() => fetchReport(), { holders: ['anna'] });
 */
export function compose<const All extends readonly AnyPolicy[]>(
  ...policies: All
): Composed<OptionsOf<All>, ContextOf<All>>;
export function compose(
  ...policies: readonly Policy<CallOptions, object | undefined>[]
): Composed<CallOptions, object> {
  function enter<T>(
    index: number,
    context: object,
    work: (context: object) => Promise<T>,
    options: CallOptions,
  ): Promise<T> {
    const policy = policies[index];
    if (policy === undefined) return work(context);
    return policy.execute(
      (added) => enter(index + 1, added === undefined ? context : { ...context, ...added }, work, options),
      options,
    );
  }

  return {
    async execute(work, options = {}) {
      options.signal?.throwIfAborted();
      return enter(0, {}, work, options);
    },
  };
}
