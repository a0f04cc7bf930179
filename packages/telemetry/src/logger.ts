import {
  type Bindings,
  type ChildLoggerOptions,
  type DestinationStream,
  type Logger,
  type LoggerOptions,
  destination as openDestination,
  pino,
  stdTimeFunctions,
} from 'pino';
import { redact, redactFields, redactValue } from './redact.ts';
import { currentRequestId } from './request-id.ts';
import { currentSpanContext } from './spans.ts';

export type { Logger };

/**
 * Creates a logger that writes one JSON line for each entry: `level` by name, ISO time, the current request's id, ids of
 * trace and span inside a span, and no secret in message or fields.
 * @param options `level`: trace, debug, info, warn, error, fatal or silent; `destination`: by default standard output
 */
export function createLogger(options: { level: string; destination?: DestinationStream }): Logger {
  const settings: LoggerOptions = {
    level: options.level,
    timestamp: stdTimeFunctions.isoTime,
    mixin: () => {
      const requestId = currentRequestId();
      const span = currentSpanContext();
      return {
        ...(requestId !== undefined && { requestId }),
        ...(span && { trace_id: span.traceId, span_id: span.spanId }),
      };
    },
    formatters: { level: (label) => ({ level: label }), log: redactFields, bindings: redactFields },
    // `redactFields` has already turned errors into plain objects.
    serializers: { err: (error: unknown) => error },
    hooks: {
      logMethod(args, method) {
        const [first, text] = args;
        // Without a message pino would take that of the error, without redaction.
        const error = text === undefined ? errorIn(first) : undefined;
        if (error !== undefined) {
          return method.call(this, first instanceof Error ? { err: first } : first, redact(error.message));
        }
        // `formatters.log` redacts the fields, but not the message, nor the values that fill its placeholders.
        for (const [n, arg] of args.entries()) if (n > 0 || typeof arg === 'string') args[n] = redactValue(arg);
        return method.apply(this, args);
      },
    },
  };
  // By default pino writes to `process.stdout` itself if its `write` was replaced, as `redirectConsole` does. Lines of
  // this logger would then come back to it: a loop.
  const logger = pino(settings, options.destination ?? openDestination({ sync: true }));
  // pino does not format the bindings of a child logger. Children inherit this method.
  // oxlint-disable-next-line typescript/unbound-method -- called with the `this` of the parent logger
  const { child } = logger;
  logger.child = function redacted<Levels extends string = never>(
    this: Logger,
    bindings: Bindings,
    childOptions?: ChildLoggerOptions<Levels>,
  ) {
    type Child = Logger<Levels>;
    return child.call<Logger, [Bindings, ChildLoggerOptions<Levels>?], Child>(
      this,
      redactFields(bindings),
      childOptions,
    );
  };
  return logger;
}

/** Returns the error that an entry is about, if it is one or has one as `err`. */
function errorIn(entry: unknown): Error | undefined {
  if (entry instanceof Error) return entry;
  if (typeof entry !== 'object' || entry === null || !('err' in entry)) return undefined;
  return entry.err instanceof Error ? entry.err : undefined;
}
