/**
 * Answers how much time of a processor the app has used since its start, in milliseconds. Added to the bench's own build
 * of the web app and to no other.
 */
export async function POST(): Promise<Response> {
  const { system, user } = process.cpuUsage();
  return new Response(String((system + user) / 1_000));
}
