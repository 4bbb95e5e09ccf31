// The one place that knows which of light, dark and auto is chosen.
import { useColorMode } from '@vueuse/core'
import type { Ref } from 'vue'
import { msg } from '@/i18n'

export type Appearance = 'auto' | 'light' | 'dark'

export const APPEARANCES: readonly { value: Appearance; label: string; icon: string }[] = [
  { value: 'auto', label: msg('Same as the system'), icon: 'i-lucide-monitor' },
  { value: 'light', label: msg('Light'), icon: 'i-lucide-sun' },
  { value: 'dark', label: msg('Dark'), icon: 'i-lucide-moon' },
]

export function useAppearance(): Ref<Appearance> {
  return useColorMode().store as Ref<Appearance>
}
