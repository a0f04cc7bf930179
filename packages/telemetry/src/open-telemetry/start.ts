import type { OpenTelemetry, OpenTelemetryOptions } from './types.ts';

export type { OpenTelemetry, OpenTelemetryOptions };

/**
 * Registers the tracer provider of this process, which Next and our own spans use, and exports over OTLP. Call it before
 * the first request. Only then are the modules of the SDK and of the exporters loaded.
 */
export async function startOpenTelemetry(options: OpenTelemetryOptions): Promise<OpenTelemetry> {
  const { startExport } = await import('./otlp-export.ts');
  return startExport(options);
}
