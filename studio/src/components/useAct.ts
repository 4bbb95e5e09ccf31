// Doing something on the server from a button: busy while it runs, a toast with help when it fails, a way back where there is one.
import { useToast } from '@nuxt/ui/composables'
import { ref, type Ref } from 'vue'
import { problem, type Problem } from '@/api/problem'
import { hasEnded } from '@/api/session'
import { t } from '@/i18n'

const UNDO = 10_000 // milliseconds to think it over

export interface Act {
  busy: Ref<boolean>
  failed: Ref<Problem | null>
  /** True when it worked. `done` is said in a toast; `undo` is offered there. */
  run: (work: () => Promise<unknown>, done?: string | (() => string), undo?: () => (() => Promise<unknown>) | null) => Promise<boolean>
}

export function useAct(): Act {
  const toast = useToast()
  const busy = ref(false)
  const failed = ref<Problem | null>(null)

  function say(text: string, undo: (() => Promise<unknown>) | null): void {
    const back = { label: t('Undo'), color: 'neutral' as const, variant: 'outline' as const, icon: 'i-lucide-undo-2', onClick: () => void run(undo!, t('Undone')) }
    toast.add({ title: text, color: 'success', icon: 'i-lucide-check', ...(undo && { actions: [back], duration: UNDO }) })
  }

  const run: Act['run'] = async (work, done, undo) => {
    busy.value = true
    failed.value = null
    try {
      await work()
      if (done) say(typeof done === 'string' ? done : done(), undo?.() ?? null)
      return true
    } catch (error) {
      if (await hasEnded()) return false
      failed.value = problem(error)
      toast.add({ title: failed.value.text, color: 'error', icon: 'i-lucide-circle-alert' })
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, failed, run }
}
