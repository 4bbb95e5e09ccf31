// Who is connected and what is looked at, as the server tells administrators.
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef, type Ref } from 'vue'
import { get, remove } from '@/api/client'
import { list } from '@/api/items'
import { displayName } from '@/api/session'
import { msg } from '@/i18n'

export interface Subscription {
  uid: string | null
  collection: string
  item: unknown
  event: string | null
  mode: 'events' | 'set'
  resume: boolean
  query: Record<string, unknown>
  events: number
  refused: string | null
}

export interface Listener {
  id: string
  kind: 'websocket' | 'sse'
  user: string | null
  role: string | null
  admin: boolean
  ip: string | null
  user_agent: string | null
  since: string
  outbox: number
  frames: { in: number; out: number }
  subscriptions: Subscription[]
}

export interface View {
  collection: string
  filter: Record<string, unknown>
  fields: string[]
  sort: string[]
  limit: number | null
  offset: number | null
  single: boolean
  mode: 'events' | 'set'
  related: string[]
  subscribers: number
  tier: 'key' | 'range' | 'null' | 'residue' | 'ask'
  column: string | null
  matched: number
  events: Record<string, number>
}

export const PAGE = 50
const PERIOD = 2000

/** What it costs to find a view for a changed row. */
export const TIERS: Record<View['tier'], { label: string; about: string; color: 'success' | 'warning' | 'neutral' }> = {
  key: { label: msg('By key'), about: msg('Found by the value of one column: costs next to nothing.'), color: 'success' },
  range: { label: msg('By range'), about: msg('Found by the range of one column: costs next to nothing.'), color: 'success' },
  null: { label: msg('By null'), about: msg('Found by whether one column is null: costs next to nothing.'), color: 'success' },
  residue: { label: msg('Row by row'), about: msg('Each changed row of the collection is compared with it.'), color: 'neutral' },
  ask: { label: msg('By query'), about: msg('The database is asked once for each commit that may concern it.'), color: 'warning' },
}

interface Part<T> {
  rows: ComputedRef<T[]>
  loading: ComputedRef<boolean>
  error: ComputedRef<unknown>
  reread: () => void
}

function followed<T>(path: string, query: () => Record<string, unknown>): Part<T> {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: computed(() => [path, query()]), queryFn: () => get<T[]>(path, query()), refetchInterval: PERIOD, staleTime: 0, placeholderData: keepPreviousData,
  })
  return { rows: computed(() => data.value ?? []), loading: computed(() => isPending.value), error: computed(() => error.value), reread: () => void refetch() }
}

/** `page` counts from 1. */
export const useListeners = (page: Ref<number>, slowest: Ref<boolean>, size = PAGE): Part<Listener> =>
  followed('/realtime/connections', () => ({ limit: size, offset: (page.value - 1) * size, ...(slowest.value && { sort: ['-outbox'] }) }))

export const useViews = (page: Ref<number>): Part<View> =>
  followed('/realtime/views', () => ({ limit: PAGE, offset: (page.value - 1) * PAGE }))

export const disconnect = (id: string): Promise<void> => remove<void>(`/realtime/connections/${id}`)

/** The names of users by their ids. */
export function useNames(ids: () => (string | null)[]): ComputedRef<(id: string) => string> {
  const wanted = computed(() => [...new Set(ids().filter((each): each is string => each !== null))].sort())
  const { data } = useQuery({
    queryKey: computed(() => ['names', wanted.value]), enabled: computed(() => wanted.value.length > 0), placeholderData: keepPreviousData,
    queryFn: () => list<{ id: string; first_name: string | null; last_name: string | null; email: string | null }>('directus_users', {
      fields: ['id', 'first_name', 'last_name', 'email'], filter: { id: { _in: wanted.value } }, limit: -1,
    }),
  })
  const names = computed(() => new Map(data.value?.map((each) => [each.id, displayName(each)])))
  return computed(() => (id) => names.value.get(id) ?? id)
}
