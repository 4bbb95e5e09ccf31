// Doing something on the server from a button: busy while it runs, a toast with help when it fails.
import { useToast } from '@nuxt/ui/composables'
import { ref, type Ref } from 'vue'
import { problem, type Problem } from '@/api/problem'

export interface Act {
  busy: Ref<boolean>
  failed: Ref<Problem | null>
  /** True when it worked. `done` is said in a toast. */
  run: (work: () => Promise<unknown>, done?: string) => Promise<boolean>
}

export function useAct(): Act {
  const toast = useToast()
  const busy = ref(false)
  const failed = ref<Problem | null>(null)
  const run: Act['run'] = async (work, done) => {
    busy.value = true
    failed.value = null
    try {
      await work()
      if (done) toast.add({ title: done, color: 'success', icon: 'i-lucide-check' })
      return true
    } catch (error) {
      failed.value = problem(error)
      toast.add({ title: failed.value.text, color: 'error', icon: 'i-lucide-circle-alert' })
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, failed, run }
}
