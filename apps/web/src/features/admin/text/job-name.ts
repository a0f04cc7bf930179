import { capitalised } from '../../../lib/format/list.ts';

/** Formats the name of a job: "watch-alerts" as "Watch alerts". */
export function jobName(name: string): string {
  return capitalised(name.replaceAll(/[-_]/g, ' '));
}
