// Event streams of the server, asked for like everything else.
import { customEndpoint } from '@directus/sdk'
import { client, type Query } from './client'

/** Its text, piece by piece, until `ending` is aborted. `since`: the last id heard, to go on from there. */
export async function stream(path: string, query: Query, ending: AbortSignal, since = ''): Promise<AsyncIterable<string>> {
  const answer = await client.request(customEndpoint<Response>({
    method: 'GET', path, params: query, headers: { Accept: 'text/event-stream', ...(since && { 'Last-Event-ID': since }) },
    onRequest: (options) => ({ ...options, signal: ending }),
  }))
  return pieces(answer.body!)
}

async function* pieces(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield value
  }
}
