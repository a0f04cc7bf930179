import { createLogger, type Logger } from '@plantcommunity/telemetry';
import { z } from 'zod';

const line = z.object({ msg: z.string() });

/** A logger whose warnings, and what is worse, end up in a list. */
export function messagesInto(list: string[]): Logger {
  const write = (text: string) => void list.push(line.parse(JSON.parse(text)).msg);
  return createLogger({ level: 'warn', destination: { write } });
}
