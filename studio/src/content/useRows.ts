// The rows of a table, a window of them at a time: read by REST, followed as an exact set, changed rows marked for a moment.
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, onScopeDispose, reactive, type ComputedRef, type Ref } from 'vue'
import { count, list } from '@/api/items'
import { applyEvent, type LiveEvent } from '@/live/events'
import { useLive } from '@/live/useLive'
import type { Row } from '@/model/types'
import { throttled } from './throttled'
import { orderOf } from './view'
import { SPAN } from './window'

const FLASH = 1600
const REREAD = 500 // at most this often, however many changes a second
const REDRAW = 100

export interface Ask {
  collection: string
  key: string
  fields: string[]
  filter: Record<string, unknown> | null
  search: string
  sort: string
  /** The first row of the window. */
  offset: number
}

interface Window {
  offset: number
  rows: Row[]
}

export interface Rows {
  /** The row at a place of the whole table; undefined while it is not here. */
  at: (index: number) => Row | undefined
  total: ComputedRef<number>
  loading: ComputedRef<boolean>
  error: ComputedRef<unknown>
  flashing: ReadonlySet<string>
  reread: () => void
}

/** What narrows the rows, in the form of the wire. */
export const narrowing = ({ filter, search }: Pick<Ask, 'filter' | 'search'>): Record<string, unknown> =>
  ({ ...(filter && { filter }), ...(search && { search }) })

const windowOf = (ask: Ask): Record<string, unknown> =>
  ({ ...narrowing(ask), ...(ask.sort && { sort: orderOf(ask.sort, ask.key) }), limit: SPAN, offset: ask.offset })

async function read(ask: Ask): Promise<Window> {
  const { collection, fields, offset } = ask
  return { offset, rows: await list(collection, { fields, ...windowOf(ask) }) }
}

/** Nothing is asked before `ready`. */
export function useRows(ask: ComputedRef<Ask>, ready: Ref<boolean>): Rows {
  const client = useQueryClient()
  const queryKey = computed(() => ['rows', ask.value.collection, ask.value])
  const countKey = computed(() => ['rows', ask.value.collection, 'count', narrowing(ask.value)])
  const page = useQuery({
    queryKey, queryFn: () => read(ask.value), placeholderData: keepPreviousData, staleTime: 0, gcTime: 60_000, enabled: ready,
  })
  const whole = useQuery({
    queryKey: countKey,
    queryFn: () => count(ask.value.collection, narrowing(ask.value)), placeholderData: keepPreviousData, staleTime: 0, enabled: ready,
  })
  const { flashing, flash } = useFlashing()
  const reread = (): Promise<void> => client.invalidateQueries({ queryKey: ['rows', ask.value.collection] })
  // An exact set tells which rows came and went, not where they stand: the window is read again for their order.
  const later = throttled(() => client.invalidateQueries({ queryKey: queryKey.value }), REREAD)

  // Many changes a second become a few drawings a second: the page stays free for its person.
  let waiting: LiveEvent[] = []
  const draw = throttled(() => {
    const events = waiting
    waiting = []
    const window = client.getQueryData<Window>(queryKey.value)
    if (!window) return later.call()
    const { rows, touched } = applied(window.rows, ask.value.key, events)
    if (rows !== window.rows) client.setQueryData(queryKey.value, { ...window, rows })
    touched.forEach(flash)
  }, REDRAW)

  function onEvent(event: LiveEvent): void {
    waiting.push(event)
    draw.call()
    if (event.event === 'create' || event.event === 'update') later.call()
  }

  const shown = (): string | null => (ready.value ? ask.value.collection : null)
  useLive({ collection: shown, fields: () => ask.value.fields, rows: () => ({ query: windowOf(ask.value) }), onEvent, onGap: reread })
  useLive({
    collection: shown, fields: () => [], rows: () => ({ query: { aggregate: { count: '*' }, ...narrowing(ask.value) } }), onGap: reread,
    onEvent: ({ event, data: [row] }) => {
      const n = Number((row as Row | undefined)?.count)
      if (event !== 'delete' && Number.isFinite(n)) client.setQueryData(countKey.value, n)
      else void reread()
    },
  })
  onScopeDispose(() => { later.cancel(); draw.cancel() })
  return {
    at: (index) => page.data.value?.rows[index - page.data.value.offset],
    total: computed(() => whole.data.value ?? 0),
    loading: computed(() => page.isPending.value || whole.isPending.value),
    error: computed(() => page.error.value ?? whole.error.value),
    flashing,
    reread: () => void reread(),
  }
}

function applied(rows: Row[], key: string, events: readonly LiveEvent[]): { rows: Row[]; touched: Set<string> } {
  const touched = new Set<string>()
  const now = events.reduce((before, event) => {
    const next = applyEvent(before, key, event)
    next.touched.forEach((each) => touched.add(each))
    return next.rows
  }, rows)
  return { rows: now, touched }
}

function useFlashing(): { flashing: ReadonlySet<string>; flash: (key: string) => void } {
  const flashing = reactive(new Set<string>())
  const ends = new Map<string, ReturnType<typeof setTimeout>>()
  const flash = (key: string): void => {
    clearTimeout(ends.get(key))
    flashing.add(key)
    ends.set(key, setTimeout(() => { flashing.delete(key); ends.delete(key) }, FLASH + REREAD))
  }
  return { flashing, flash }
}
