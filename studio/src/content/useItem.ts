// One item in a form: loaded, edited, saved, and followed while it is open. Conflicts are shown before anything is overwritten.
import { useQueryClient } from '@tanstack/vue-query'
import { computed, reactive, ref, watch, type ComputedRef, type Ref } from 'vue'
import { create, one, removeOne, saveSingleton, singleton, update } from '@/api/items'
import type { LiveEvent } from '@/live/events'
import { writable, type Rights } from '@/access/rights'
import { useLive } from '@/live/useLive'
import { changes, formFields, initialValues, isList, localErrors, type FormField } from '@/model/form'
import type { Model } from '@/model/model'
import type { Key, Row } from '@/model/types'
import { merge } from './merge'
import { pick, revertible } from './undo'

const FLASH = 1800

/** `id`: a key, `+` for a new item, empty for a singleton. */
export interface Place {
  collection: string
  id: string
  /** The key of an item that a new one begins as a copy of. */
  copy?: string
}

export type Undo = (() => Promise<unknown>) | null

export interface Item {
  fields: ComputedRef<FormField[]>
  before: Ref<Row>
  values: Ref<Row>
  key: ComputedRef<Key | null>
  loaded: Ref<boolean>
  trouble: Ref<unknown>
  gone: Ref<boolean>
  theirs: Ref<Row>
  fresh: ReadonlySet<string>
  dirty: ComputedRef<boolean>
  /** What can be told before sending; empty when it may be sent. */
  problems: () => Record<string, string>
  load: () => Promise<void>
  /** Gives the way back, where there is one. */
  save: () => Promise<Undo>
  settle: (name: string, useTheirs: boolean) => void
  /** Forget what was edited, so that nothing holds the person back. */
  release: () => void
}

export function useItem(place: Place, model: Ref<Model>, ready: Ref<boolean>, rights: Ref<Rights>): Item {
  const cache = useQueryClient()
  const isNew = computed(() => place.id === '+')
  const keyName = computed(() => model.value.primaryKey(place.collection)?.field ?? 'id')
  const fields = computed(() => writable(
    formFields(model.value, place.collection, isNew.value).filter((each) => place.id !== '' || each.name !== keyName.value),
    rights.value, place.collection, isNew.value ? 'create' : 'update',
  ))
  const before = ref<Row>({})
  const values = ref<Row>({})
  const loaded = ref(false)
  const trouble = ref<unknown>(null)
  const gone = ref(false)
  const theirs = ref<Row>({})
  const fresh = reactive(new Set<string>())
  const key = computed(() => (isNew.value ? null : ((before.value[keyName.value] ?? null) as Key | null)))
  const changed = computed(() => changes(before.value, values.value))
  let saving = false
  let held: Row | null = null // how the item became while it was saved

  /** Lists are edited as differences, so they are no part of what was loaded. */
  const columns = (row: Row): Row =>
    Object.fromEntries(Object.entries(row).filter(([name]) => !fields.value.some((each) => each.name === name && isList(each))))

  function take(row: Row): void {
    before.value = row
    values.value = { ...row }
    theirs.value = {}
    loaded.value = true
  }

  async function load(): Promise<void> {
    trouble.value = null
    try {
      if (isNew.value) await begin()
      else take(columns(place.id === '' ? await singleton(place.collection) : await one(place.collection, place.id)))
    } catch (error) {
      trouble.value = error
    }
  }

  async function begin(): Promise<void> {
    const empty = initialValues(fields.value)
    const origin = place.copy ? await one(place.collection, place.copy) : {}
    take(empty)
    const names = Object.keys(empty).filter((name) => name !== keyName.value)
    values.value = { ...empty, ...pick(origin, names) }
  }

  /** Sends what was changed. Answers with the item as it is stored then. */
  const send = (row: Row): Promise<Row> =>
    (place.id === '' ? saveSingleton(place.collection, row) : update(place.collection, place.id, row))

  async function saveChanges(): Promise<Undo> {
    const names = Object.keys(changed.value)
    const was = pick(before.value, names)
    const nested = names.some((name) => model.value.link(place.collection, name) && typeof changed.value[name] === 'object' && changed.value[name] !== null)
    const back = !nested && revertible(model.value, place.collection, names) ? async () => { await send(was); await load() } : null
    take(columns(await send(changed.value)))
    return back
  }

  /** A new item takes the server's defaults wherever nothing was filled in. */
  async function saveNew(): Promise<Undo> {
    const { collection } = place
    const made = await create<Row | null>(collection, changed.value)
    const of = made?.[keyName.value] as Key | undefined
    return of === undefined ? null : () => removeOne(collection, of)
  }

  async function save(): Promise<Undo> {
    saving = true
    try {
      return await (isNew.value ? saveNew() : saveChanges())
    } finally {
      saving = false
      if (held) receive(held)
      held = null
      // Related items may have been changed along with it: their names are read anew too.
      await Promise.all(['rows', 'item', 'pick', 'revisions'].map((name) => cache.invalidateQueries({ queryKey: [name] })))
    }
  }

  function onEvent(event: LiveEvent): void {
    const mine = key.value
    if (mine === null || !loaded.value) return
    if (event.event === 'delete') gone.value ||= event.data.some((each) => String(each) === String(mine))
    const row = event.data.find((each): each is Row => typeof each === 'object' && String(each[keyName.value]) === String(mine))
    if (row && saving) held = columns(row)
    else if (row) receive(columns(row))
  }

  function receive(row: Row): void {
    const merged = merge(before.value, values.value, row)
    before.value = merged.before
    values.value = merged.values
    theirs.value = { ...theirs.value, ...merged.conflicts }
    for (const name of merged.taken) {
      fresh.add(name)
      setTimeout(() => fresh.delete(name), FLASH)
    }
  }

  function settle(name: string, useTheirs: boolean): void {
    if (useTheirs) values.value = { ...values.value, [name]: theirs.value[name] }
    theirs.value = Object.fromEntries(Object.entries(theirs.value).filter(([each]) => each !== name))
  }

  const dirty = computed(() => loaded.value && Object.keys(changed.value).length > 0)
  watch([ready, () => place.id, () => place.copy], () => { if (ready.value) void load() }, { immediate: true })
  useLive({
    collection: () => (key.value === null ? null : place.collection), fields: () => ['*'], onEvent,
    rows: () => (key.value === null ? null : { item: key.value }),
    onGap: () => { if (!dirty.value) void load() },
  })
  return {
    fields, before, values, key, loaded, trouble, gone, theirs, fresh, dirty, load, save, settle,
    problems: () => localErrors(fields.value, values.value),
    release: () => { values.value = { ...before.value } },
  }
}

