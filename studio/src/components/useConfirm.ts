// A question as a promise: true when the person is sure.
import { useOverlay } from '@nuxt/ui/composables'
import Confirm from './Confirm.vue'

export interface Question {
  heading: string
  text: string
  action: string
  phrase?: string
}

export function useConfirm(): (question: Question) => Promise<boolean> {
  const overlay = useOverlay()
  return async (question) => Boolean(await overlay.create(Confirm, { destroyOnClose: true }).open(question).result)
}
