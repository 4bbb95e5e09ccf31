// What wizards have alike: a draft that begins anew with each opening, errors that are shown once it was tried, steps to take.
import { ref, watch, type Ref } from 'vue'
import { runPlan } from '@/api/modelApi'
import type { Step } from '@/model/relationPlan'
import { useAct } from './useAct'
import { useModel } from './useModel'

export function useWizard<Draft>(open: Ref<boolean>, empty: () => Draft) {
  const { reload } = useModel()
  const { busy, run } = useAct()
  const tried = ref(false)
  const draft = ref(empty()) as Ref<Draft>
  watch(open, (now) => {
    if (now) draft.value = empty()
    tried.value = false
  })

  /** Take the steps, unless something is wrong. */
  async function finish(errors: Record<string, string | null>, steps: () => Step[], done: string): Promise<void> {
    tried.value = true
    if (Object.values(errors).some(Boolean)) return
    const made = await run(() => runPlan(steps()), done)
    await reload()
    if (made) open.value = false
  }

  const shown = (error: string | null): string | undefined => (tried.value && error) || undefined
  return { draft, busy, shown, finish }
}
