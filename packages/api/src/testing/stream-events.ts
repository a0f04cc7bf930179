interface StreamEvent {
  event?: string;
  id?: string;
  data?: unknown;
}

/** Reads the events of a stream until it ends. */
export async function streamEvents(answer: Promise<Response>): Promise<StreamEvent[]> {
  const text = await (await answer).text();
  return text.split('\n\n').flatMap((block) => {
    const lines = block.split('\n').filter((line) => line !== '');
    const fields = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
    const [event, id, data] = ['event', 'id', 'data'].map((name) => fields.get(name));
    if (lines.length === 0) return [];
    return [{ ...(event && { event }), ...(id && { id }), ...(data && { data: JSON.parse(data) as unknown }) }];
  });
}
