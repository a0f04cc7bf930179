import 'server-only';
import { notFound } from 'next/navigation';
import { container } from './container.ts';
import { viewer } from './viewer.ts';

/** The administrator who looks at a page; to everybody else the page does not exist. */
export async function administrator() {
  const { principal } = await viewer();
  return principal?.role === 'admin' ? principal : notFound();
}

/** What `/admin` begins with; judged by the same procedure as the API. */
export async function circuitsOverview() {
  const { api } = await container();
  return api.caller(await administrator()).admin.circuits.overview();
}
