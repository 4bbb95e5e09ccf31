// The words of the component library in the language shown: its own catalogues, each loaded when it is needed.
import en from '@nuxt/ui/runtime/locale/en.js'
import { shallowRef, watch } from 'vue'
import { language } from './index'

type Words = typeof en

const others: Record<string, () => Promise<{ default: unknown }>> = {
  'de-DE': () => import('@nuxt/ui/runtime/locale/de.js'),
  'es-ES': () => import('@nuxt/ui/runtime/locale/es.js'),
  'fr-FR': () => import('@nuxt/ui/runtime/locale/fr.js'),
}

export const parts = shallowRef<Words>(en)

watch(language, async (code) => {
  const words = ((await others[code]?.())?.default ?? en) as Words
  if (language.value === code) parts.value = words
}, { immediate: true })
