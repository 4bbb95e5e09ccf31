// The rows of one page of a table: read by REST, followed live, changed rows marked for a moment.
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, onScopeDispose, reactive, type ComputedRef, type Ref } from 'vue'
import { count, list } from '@/api/items'
import { applyEvent, type LiveEvent } from '@/live/events'
import { useLive } from '@/live/useLive'
import type { Row } from '@/model/types'

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
  page: number
  size: number
}

interface Page {
  rows: Row[]
  total: number
}

export interface Rows {
  rows: ComputedRef<Row[]>
  total: ComputedRef<number>
  loading: ComputedRef<boolean>
  error: ComputedRef<unknown>
  flashing: ReadonlySet<string>
  reread: () => void
}

async function read({ collection, fields, filter, search, sort, page, size }: Ask): Promise<Page> {
  const narrow = { ...(filter && { filter }), ...(search && { search }) }
  const [rows, total] = await Promise.all([
    list(collection, { ...narrow, fields, ...(sort && { sort: [sort] }), limit: size, page }),
    count(collection, narrow),
  ])
  return { rows, total }
}

/** Nothing is asked before `ready`. */
export function useRows(ask: ComputedRef<Ask>, ready: Ref<boolean>): Rows {
  const client = useQueryClient()
  const queryKey = computed(() => ['rows', ask.value.collection, ask.value])
  const { data, isPending, error } = useQuery({
    queryKey, queryFn: () => read(ask.value), placeholderData: keepPreviousData, staleTime: 0, enabled: ready,
  })
  const flashing = reactive(new Set<string>())
  const later = throttled(() => client.invalidateQueries({ queryKey: ['rows', ask.value.collection] }), REREAD)

  // Many changes a second become a few drawings a second: the page stays free for its person.
  let waiting: LiveEvent[] = []
  const draw = throttled(() => {
    const events = waiting
    waiting = []
    const page = client.getQueryData<Page>(queryKey.value)
    if (!page) return
    const touched = new Set<string>()
    const rows = events.reduce((now, event) => {
      const applied = applyEvent(now, ask.value.key, event)
      applied.touched.forEach((each) => touched.add(each))
      return applied.rows
    }, page.rows)
    if (rows !== page.rows) client.setQueryData(queryKey.value, { ...page, rows })
    touched.forEach(flash)
  }, REDRAW)

  function onEvent(event: LiveEvent): void {
    waiting.push(event)
    draw.call()
    later.call()
  }

  const ends = new Map<string, ReturnType<typeof setTimeout>>()
  function flash(key: string): void {
    clearTimeout(ends.get(key))
    flashing.add(key)
    ends.set(key, setTimeout(() => { flashing.delete(key); ends.delete(key) }, FLASH + REREAD))
  }

  useLive({ collection: () => (ready.value ? ask.value.collection : null), fields: () => ask.value.fields, onEvent, onGap: later.call })
  onScopeDispose(() => { later.cancel(); draw.cancel() })
  return {
    rows: computed(() => data.value?.rows ?? []),
    total: computed(() => data.value?.total ?? 0),
    loading: computed(() => isPending.value),
    error: computed(() => error.value),
    flashing,
    reread: later.call,
  }
}

function throttled(work: () => void, gap: number): { call: () => void; cancel: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = 0
  const run = (): void => {
    timer = undefined
    last = Date.now()
    work()
  }
  return {
    call: () => { timer ??= setTimeout(run, Math.max(60, last + gap - Date.now())) },
    cancel: () => clearTimeout(timer),
  }
}
