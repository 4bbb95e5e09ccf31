// The data model for components: read once, shared, and read anew after a change.
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, type ComputedRef } from 'vue'
import { readModel } from '@/api/modelApi'
import { makeModel, type Model } from '@/model/model'

const NOTHING = makeModel([], [], [])

export interface ModelSource {
  model: ComputedRef<Model>
  ready: ComputedRef<boolean>
  error: ComputedRef<unknown>
  reload: () => Promise<void>
}

export function useModel(): ModelSource {
  const { data, error } = useQuery({ queryKey: ['model'], queryFn: readModel, staleTime: 5 * 60_000 })
  const client = useQueryClient()
  return {
    model: computed(() => data.value ?? NOTHING),
    ready: computed(() => data.value !== undefined),
    error: computed(() => error.value),
    reload: () => client.invalidateQueries({ queryKey: ['model'] }),
  }
}
