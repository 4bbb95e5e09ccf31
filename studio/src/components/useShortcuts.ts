// What the keyboard shortcuts do.
import { defineShortcuts } from '@nuxt/ui/composables'
import { computed, type Ref } from 'vue'
import { useRouter } from 'vue-router'
import { plainKeys, ways } from './shortcuts'

const press = (selector: string): void => document.querySelector<HTMLElement>(selector)?.click()

const ACTIONS: Record<string, () => void> = {
  '/': () => document.querySelector<HTMLElement>('main input[type=search]')?.focus(),
  n: () => press('main [data-create]'),
}

/** `help` is switched by its key. */
export function useShortcuts(help: Ref<boolean>): void {
  const router = useRouter()
  defineShortcuts(computed(() => {
    const plain = {
      ...ACTIONS,
      '?': () => { help.value = !help.value },
      ...Object.fromEntries(ways().map(({ keys, to }) => [keys, () => void router.push(to)])),
    }
    const save = { usingInput: true, handler: () => press('button[type=submit][form]:not(:disabled)') }
    return { meta_s: save, ...(plainKeys.value && plain) }
  }))
}
