import type { Settings } from '@plantcommunity/settings';

/** What the launcher prints, as text for people, or in production as log entries like those of the app. */
export interface LauncherOutput {
  say: (text: string) => void;
  /** Prints why a start failed. */
  fail: (text: string) => void;
  /** Prints what a command did: the fields as one line of JSON, or one log entry with the message and the fields. */
  result: (message: string, fields: Record<string, unknown>) => void;
}

/**
 * @param mode the logger is loaded for `production` only
 * @param stream of the log entries; standard output, unless another process reads that
 */
export async function createLauncherOutput(
  mode: Settings['mode'],
  stream: NodeJS.WritableStream = process.stdout,
): Promise<LauncherOutput> {
  if (mode !== 'production') {
    return {
      say: (text) => void stream.write(`${text}\n`),
      fail: (text) => void process.stderr.write(`${text}\n`),
      result: (_message, fields) => void stream.write(`${JSON.stringify(fields)}\n`),
    };
  }
  const { createLogger } = await import('@plantcommunity/telemetry');
  const logger = createLogger({ level: 'info', destination: { write: (entry) => void stream.write(entry) } });
  const eachLine = (text: string, log: (line: string) => void) => {
    for (const line of text.split('\n')) if (line.trim() !== '') log(line.trim());
  };
  return {
    say: (text) => eachLine(text, (line) => logger.info(line)),
    fail: (text) => eachLine(text, (line) => logger.fatal(line)),
    result: (message, fields) => logger.info(fields, message),
  };
}
