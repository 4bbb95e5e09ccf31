// What the one who looks may do, for components: asked once, and again when it may have changed. Administrators may do everything.
import { useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef } from 'vue'
import { may, type Rights } from '@/access/rights'
import type { Action } from '@/access/matrix'
import { get } from '@/api/client'
import { session } from '@/api/session'
import type { Key } from '@/model/types'

export interface RightsSource {
  rights: ComputedRef<Rights>
  may: (collection: string, action: Action) => boolean
}

export function useRights(): RightsSource {
  const { data } = useQuery({ queryKey: ['rights'], queryFn: () => get<NonNullable<Rights>>('/permissions/me'), enabled: !session.admin })
  const rights = computed(() => (session.admin ? null : data.value ?? null))
  return { rights, may: (collection, action) => may(rights.value, collection, action) }
}

/** Of one item, which a rule may allow or not. */
type OfItem = Partial<Record<Action, { access: boolean }>>

/** `key`: null while there is no item yet. */
export function useItemRights(collection: () => string, key: () => Key | null): (action: Action) => boolean {
  const { data } = useQuery({
    queryKey: computed(() => ['rights', collection(), key()]),
    queryFn: () => get<OfItem>(`/permissions/me/${collection()}/${encodeURIComponent(String(key()))}`),
    enabled: computed(() => !session.admin && key() !== null),
  })
  return (action) => session.admin || (data.value?.[action]?.access ?? true)
}
