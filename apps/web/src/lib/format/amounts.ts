const NO_BREAK = '\u00a0';
const MEGABYTE = 1_048_576;
const GIGABYTE = 1_024 * MEGABYTE;

/**
 * Formats bytes as "4.1 MB" or "380 KB", with a no-break space before the unit. As in the server's limits and messages,
 * 1 MB is 1,048,576 bytes.
 */
export function bytesText(bytes: number, digits = 1): string {
  if (bytes < MEGABYTE) return `${Math.max(1, Math.round(bytes / 1_024))}${NO_BREAK}KB`;
  if (bytes >= GIGABYTE) return `${(bytes / GIGABYTE).toFixed(digits)}${NO_BREAK}GB`;
  return `${(bytes / MEGABYTE).toFixed(digits)}${NO_BREAK}MB`;
}

/** Formats the size of a file over a limit, rounded up so that it never looks equal to the limit. */
export function oversizeText(bytes: number): string {
  return `${(Math.ceil((bytes / MEGABYTE) * 10) / 10).toFixed(1)}${NO_BREAK}MB`;
}

/** Formats a short duration in milliseconds: "0.8 ms", "40 ms", from one second on "1.2 s". */
export function millisecondsText(ms: number): string {
  if (ms >= 1_000) return secondsText(ms);
  return `${ms < 9.95 ? Number(ms.toFixed(1)) : Math.round(ms)}${NO_BREAK}ms`;
}

/** Formats milliseconds as "0.4 s", from ten seconds on as "12 s". */
export function secondsText(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)}${NO_BREAK}s`;
}

/** Formats an approximate duration: "0.4 s", "4 s", "4.5 s". */
export function aboutText(ms: number): string {
  return secondsText(ms).replace('.0', '');
}

/** Formats a share of one as "87 %"; only 0 becomes "0 %". */
export function percentText(share: number): string {
  const percent = Math.round(share * 100);
  return percent === 0 && share > 0 ? `under 1${NO_BREAK}%` : `${percent}${NO_BREAK}%`;
}

/** Formats remaining seconds: "42 s", "12:40", "1:00:05". */
export function countdownText(seconds: number): string {
  const left = Math.max(0, Math.ceil(seconds));
  return left < 60 ? `${left}${NO_BREAK}s` : clockText(left);
}

/** Formats remaining seconds always as a clock: "0:42", "12:40", "1:00:05". */
export function clockText(seconds: number): string {
  const left = Math.max(0, Math.ceil(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(left / 3600), Math.floor(left / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(left % 60)}` : `${minutes}:${two(left % 60)}`;
}

/** Formats 1284 as "1,284". */
export function countText(count: number): string {
  return count.toLocaleString('en-GB');
}

/** Formats a count with its noun: "1 call", "1,284 calls". */
export function countedText(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}
