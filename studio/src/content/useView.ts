// The view of a collection for one person: kept as a preset on the server, a moment after it changed.
import { onScopeDispose, ref, watch, type Ref } from 'vue'
import { create, list, update } from '@/api/items'
import { session } from '@/api/session'
import type { Model } from '@/model/model'
import { presetOf, validView, viewOf, type Preset, type View } from './view'

const DELAY = 300

export interface ViewSource {
  view: Ref<View>
  /** Until the preset was looked for; the table waits, so that nothing jumps. */
  ready: Ref<boolean>
}

export function useView(model: Ref<Model>, collection: string): ViewSource {
  const view = ref(validView(model.value, collection, null))
  const ready = ref(false)
  let id: number | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let saving: Promise<void> = Promise.resolve()

  async function load(): Promise<void> {
    const filter = { collection: { _eq: collection }, user: { _eq: session.me?.id }, bookmark: { _null: true } }
    const [preset] = await list<Preset>('directus_presets', { filter, limit: 1 }).catch(() => [])
    id = preset?.id
    view.value = validView(model.value, collection, viewOf(preset))
    ready.value = true
    watch(view, later, { deep: true })
  }

  function later(): void {
    clearTimeout(timer)
    timer = setTimeout(save, DELAY)
  }

  /** One after the other: what is changed while the preset is being made belongs into that one. */
  function save(): void {
    timer = undefined
    saving = saving.then(store).catch(() => undefined)
  }

  async function store(): Promise<void> {
    const preset = { ...presetOf(view.value) }
    if (id !== undefined) await update('directus_presets', id, preset)
    else id = (await create<Preset>('directus_presets', { collection, user: session.me?.id, layout: 'tabular', ...preset })).id
  }

  void load()
  onScopeDispose(() => {
    if (timer === undefined) return
    clearTimeout(timer)
    save()
  })
  return { view, ready }
}
