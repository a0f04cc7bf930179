import { type DestinationStream, destination as openDestination } from 'pino';
import { prettyFactory } from 'pino-pretty';

/**
 * Creates a destination that writes each JSON entry for people: `[14:03:07.120] INFO: message {"requestId":"…"}`. Errors
 * follow as an indented block with their stack. Writes at once, so that no line is lost when the process exits.
 *
 * Without colors: the launcher reads the lines through a pipe, and searches of operators work on this form too.
 * @param output by default standard output
 */
export function readableDestination(output: DestinationStream = openDestination({ sync: true })): DestinationStream {
  const format = prettyFactory({
    colorize: false,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname',
  });
  return { write: (entry) => output.write(format(entry)) };
}
