// The live source: rows of one collection while a component shows them. The only place that says how they are followed.
import { onScopeDispose, watch } from 'vue'
import type { Key } from '@/model/types'
import { follow } from './connection'
import type { LiveEvent } from './events'
import type { Frame, Wish } from './hub'

/** Which rows: those that a read with this query gives, or the one item. */
export interface Rows {
  item?: Key
  query?: Record<string, unknown>
}

export interface LiveOptions {
  /** Null: nothing is watched. */
  collection: () => string | null
  fields: () => string[]
  /** Exactly these rows, told as `init` first; without it, every change of the collection. Null: nothing is watched. */
  rows?: () => Rows | null
  onEvent: (event: LiveEvent) => void
  /** Called when events may have been missed. */
  onGap: () => void
}

/** Follows rows as long as the calling component lives, and others whenever those that are wanted change. */
export function useLive({ collection, fields, rows, onEvent, onGap }: LiveOptions): void {
  let stops: (() => void)[] = []
  const stop = (): void => {
    stops.forEach((each) => each())
    stops = []
  }
  const hear = ({ event, data }: Frame): void => onEvent({ event, data: (Array.isArray(data) ? data : [data]) as LiveEvent['data'] })
  const all = (name: string): (() => void)[] => (['create', 'update', 'delete'] as const)
    .map((event) => follow({ collection: name, event, query: { fields: fields() } }, { frame: hear, missed: onGap }))

  // Who may not read the key of every row cannot hold a set: then every change is told.
  const exact = (wish: Wish): (() => void) => follow(wish, {
    frame: hear, missed: onGap, refused: () => { stop(); stops = all(wish.collection) },
  })

  function restart(): void {
    stop()
    const name = collection()
    const wanted = rows?.()
    if (!name || wanted === null) return
    if (wanted) stops = [exact({ collection: name, live: 'set', ...(wanted.item !== undefined && { item: wanted.item }), query: { fields: fields(), ...wanted.query } })]
    else stops = all(name)
  }
  watch(() => JSON.stringify([collection(), fields(), rows?.()]), restart, { immediate: true })
  onScopeDispose(stop)
}
