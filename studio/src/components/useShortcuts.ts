// What the keyboard shortcuts do.
import { defineShortcuts } from '@nuxt/ui/composables'
import { computed, type Ref } from 'vue'
import { useRouter } from 'vue-router'
import { plainKeys, ways } from './shortcuts'

const press = (selector: string): void => document.querySelector<HTMLElement>(selector)?.click()

const TOP = '[role=dialog][data-state=open]'
const SAVE = 'button[type=submit][form]:not(:disabled)'
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
    // What lies on top is saved first.
    const save = { usingInput: true, handler: () => press(document.querySelector(TOP) ? `${TOP} ${SAVE}` : SAVE) }
    return { meta_s: save, ...(plainKeys.value && plain) }
  }))
}
