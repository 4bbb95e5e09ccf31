// Long work on many things from a button: in parts, with its progress in a window as soon as there is more than one part.
import { useOverlay } from '@nuxt/ui/composables'
import { reactive } from 'vue'
import { inParts, newProgress, type Progress } from '@/content/bulk'
import Working from './Working.vue'

export type Work = <T>(heading: string, list: readonly T[], size: number, work: (part: T[]) => Promise<unknown>) => Promise<Progress>

export function useWork(): Work {
  const overlay = useOverlay()
  return async (heading, list, size, work) => {
    const progress = reactive(newProgress(list.length))
    const shown = list.length > size ? overlay.create(Working, { destroyOnClose: true, props: { heading, progress } }) : null
    shown?.open()
    try {
      await inParts(list, size, work, progress)
    } finally {
      shown?.close()
    }
    return progress
  }
}
