// The live source: events of one collection while a component shows it. The only place that knows how to subscribe.
import { onScopeDispose, watch } from 'vue'
import { client } from '@/api/client'
import { onGap as watchGaps } from './connection'
import type { LiveEvent } from './events'

export interface LiveOptions {
  /** Null: nothing is watched. */
  collection: () => string | null
  fields: () => string[]
  onEvent: (event: LiveEvent) => void
  /** Called when events may have been missed. */
  onGap: () => void
}

/** Follows a collection as long as the calling component lives, and anew whenever collection or fields change. */
export function useLive({ collection, fields, onEvent, onGap }: LiveOptions): void {
  let stop: (() => void) | null = null
  const restart = (): void => {
    stop?.()
    const name = collection()
    stop = name ? follow(name, fields(), onEvent) : null
  }
  watch([collection, () => fields().join(',')], restart, { immediate: true })
  const unwatch = watchGaps(onGap)
  onScopeDispose(() => {
    stop?.()
    unwatch()
  })
}

// Subscriptions to one event each begin without rows; the page reads those itself, with its own paging.
function follow(collection: string, fields: string[], onEvent: (event: LiveEvent) => void): () => void {
  const ends = (['create', 'update', 'delete'] as const).map((event) => {
    let ended = false
    const opened = client.subscribe(collection as never, { event, query: { fields: fields as never } })
    const run = async (): Promise<void> => {
      const { subscription } = await opened
      for await (const message of subscription) {
        if (ended) return
        const { data } = message as { data?: LiveEvent['data'] }
        if (message.event === event && Array.isArray(data)) onEvent({ event, data })
      }
    }
    run().catch(() => undefined)
    return () => {
      ended = true
      opened.then(({ unsubscribe }) => unsubscribe()).catch(() => undefined)
    }
  })
  return () => ends.forEach((end) => end())
}
