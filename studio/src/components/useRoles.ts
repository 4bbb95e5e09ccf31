// All roles. Where they only make a page better, it is asked for them only by whoever may read them.
import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { list } from '@/api/items'
import type { Role } from '@/access/tree'
import { useRights } from './useRights'

export function useRoles({ needed }: { needed: boolean }) {
  const { may } = useRights()
  return useQuery({
    queryKey: ['roles'],
    queryFn: () => list<Role>('directus_roles', { fields: ['id', 'name', 'description', 'parent'], limit: -1 }),
    enabled: computed(() => needed || may('directus_roles', 'read')),
  })
}
