import {
  type Bindings,
  type ChildLoggerOptions,
  type DestinationStream,
  type Logger,
  type LoggerOptions,
  pino,
  stdTimeFunctions,
} from 'pino';
import { redact } from './redact.ts';
import { currentRequestId } from './request-id.ts';
import { scrubFields } from './scrub.ts';

export type { Logger };

/**
 * One JSON line an entry: `level` by name, ISO time, the current request's id, and no secret in message or fields.
 * `level`: trace, debug, info, warn, error, fatal or silent. `destination`: standard output unless given.
 */
export function createLogger(options: { level: string; destination?: DestinationStream }): Logger {
  const settings: LoggerOptions = {
    level: options.level,
    timestamp: stdTimeFunctions.isoTime,
    mixin: () => {
      const requestId = currentRequestId();
      return requestId === undefined ? {} : { requestId };
    },
    formatters: { level: (label) => ({ level: label }), log: scrubFields, bindings: scrubFields },
    // Errors are plain by then: scrubFields has made them so.
    serializers: { err: (error: unknown) => error },
    hooks: {
      logMethod(args, method) {
        const [first] = args;
        // For an error alone pino would take its message as it is.
        if (first instanceof Error && args.length === 1)
          return method.call(this, { err: first }, redact(first.message));
        for (const [n, arg] of args.entries()) if (typeof arg === 'string') args[n] = redact(arg);
        return method.apply(this, args);
      },
    },
  };
  const logger = options.destination ? pino(settings, options.destination) : pino(settings);
  // pino leaves a child's bindings unformatted; children inherit this from the logger they come from.
  // oxlint-disable-next-line typescript/unbound-method -- called with the `this` of whoever makes a child
  const { child } = logger;
  logger.child = function scrubbed<Levels extends string = never>(
    this: Logger,
    bindings: Bindings,
    childOptions?: ChildLoggerOptions<Levels>,
  ) {
    type Made = Logger<Levels>;
    return child.call<Logger, [Bindings, ChildLoggerOptions<Levels>?], Made>(this, scrubFields(bindings), childOptions);
  };
  return logger;
}
