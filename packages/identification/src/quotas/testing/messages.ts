import { createLogger, type Logger } from '@plantcommunity/telemetry';
import { z } from 'zod';

const line = z.object({ msg: z.string() });

/** Creates a logger that adds the messages of level warn and above to the list. */
export function messagesInto(list: string[]): Logger {
  const write = (text: string) => void list.push(line.parse(JSON.parse(text)).msg);
  return createLogger({ level: 'warn', destination: { write } });
}
