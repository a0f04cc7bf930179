import { millisecondsText } from '@/lib/format/amounts.ts';
import { dayAndTime } from '@/lib/format/time.ts';
import type { JobStatus } from '@/lib/wire.ts';
import { Moment } from '@/ui/moment.tsx';
import { DataTable, ShowAsTable } from '../table/data-table.tsx';
import { jobName } from '../text/job-name.ts';
import styles from './jobs-panel.module.css';
import { failuresText, isFailing, lastRunText, nextRunText, runResult, runsText } from './jobs-text.ts';
import { Panel } from './panel.tsx';

interface JobsPanelProps {
  jobs: readonly JobStatus[];
  now: number;
  timeZone: string;
}

/** The jobs that run by themselves: their last ten runs, the last and the next one. */
export function JobsPanel({ jobs, now, timeZone }: JobsPanelProps) {
  const failing = jobs.filter(isFailing).length;
  return (
    <Panel title="Jobs" note={failing === 0 ? 'none failing' : `${failing} failing`}>
      <ul className={styles['jobs']}>
        {jobs.map((job) => (
          <Job key={job.name} job={job} now={now} timeZone={timeZone} />
        ))}
      </ul>
      <ShowAsTable
        of="runs of jobs"
        note="A box is a run, the newest at the right; striped ones failed, dashed ones were stopped."
      >
        <Runs jobs={jobs} now={now} timeZone={timeZone} />
      </ShowAsTable>
    </Panel>
  );
}

function Job({ job, now, timeZone }: { job: JobStatus; now: number; timeZone: string }) {
  const last = job.runs.at(-1);
  const text = lastRunText(job, now, timeZone);
  const next = nextRunText(job, now, timeZone);
  const failures = failuresText(job);
  return (
    <li className={styles['job']} data-failing={isFailing(job) || undefined}>
      <h3>
        {jobName(job.name)}
        {failures === undefined ? '' : ` ${failures}`}
      </h3>
      {job.runs.length === 0 ? null : (
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it is drawn, not loaded
        <p className={styles['runs']} role="img" aria-label={runsText(job.runs)}>
          {job.runs.map((run) => (
            <span key={run.at} data-result={runResult(run)} />
          ))}
        </p>
      )}
      <p className={styles['last']}>{last === undefined ? text : <Moment at={last.at}>{text}</Moment>}</p>
      <p className={styles['next']}>{job.next_at === undefined ? next : <Moment at={job.next_at}>{next}</Moment>}</p>
    </li>
  );
}

const COLUMNS = [
  { name: 'Started' },
  { name: 'Job', text: true },
  { name: 'Took' },
  { name: 'Result', text: true },
  { name: 'Report', text: true },
];

/** All known runs, newest first. */
function Runs({ jobs, now, timeZone }: JobsPanelProps) {
  const runs = jobs
    .flatMap(({ name, runs: ofJob }) => ofJob.map((run) => ({ name, run })))
    .toSorted((one, other) => other.run.at.localeCompare(one.run.at));
  return (
    <DataTable name="Runs of jobs" columns={COLUMNS} scrolls="both">
      {runs.map(({ name, run }) => (
        <tr key={`${name} ${run.at}`}>
          <th scope="row">
            <Moment at={run.at}>{dayAndTime(Date.parse(run.at), now, timeZone)}</Moment>
          </th>
          <td data-text>{jobName(name)}</td>
          <td>{run.duration_ms === undefined ? '–' : millisecondsText(run.duration_ms)}</td>
          <td data-text>{runResult(run)}</td>
          <td data-text data-wraps>
            {run.report ?? ''}
          </td>
        </tr>
      ))}
    </DataTable>
  );
}
