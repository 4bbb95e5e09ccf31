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
  const dialog = useOverlay().create(Confirm, { destroyOnClose: true })
  return async (question) => Boolean(await dialog.open(question).result)
}
