// How a table is looked at: columns, order, widths; and what has to be asked for it. Pure.
import type { Model } from '@/model/model'
import { templateFields, templateOf } from './display'

export interface View {
  columns: string[]
  widths: Record<string, number>
  /** `name` or `-name`. */
  sort: string
}

const FIRST_COLUMNS = 7

const SYSTEM_COLUMNS: Record<string, string[]> = {
  directus_users: ['email', 'first_name', 'last_name', 'role', 'status', 'last_access'],
  directus_activity: ['timestamp', 'user', 'action', 'collection', 'item', 'ip'],
}

/** So that they stand side by side on a small screen. */
const SYSTEM_WIDTHS: Record<string, Record<string, number>> = {
  directus_users: { email: 240, first_name: 140, last_name: 160, role: 130, status: 120, last_access: 200 },
  directus_activity: { timestamp: 190, user: 180, action: 120, collection: 150, item: 250, ip: 130 },
}

export function defaultView(model: Model, collection: string): View {
  const given = SYSTEM_COLUMNS[collection]?.filter((name) => model.field(collection, name))
  if (given?.length) return { columns: given, widths: { ...SYSTEM_WIDTHS[collection] }, sort: given[0] === 'timestamp' ? '-timestamp' : given[0]! }
  const fields = model.fields(collection).filter((each) => {
    const link = model.link(collection, each.field)
    return each.schema && each.type !== 'hash' && (!link || link.kind === 'm2o')
  })
  const key = model.primaryKey(collection)?.field
  const visible = fields.filter((each) => !each.meta?.hidden).map((each) => each.field).slice(0, FIRST_COLUMNS - 1)
  const made = fields.find((each) => each.meta?.special?.includes('date-created'))?.field
  const columns = [...new Set([...(visible.length ? visible : fields.map((each) => each.field)), ...(made ? [made] : [])])]
  const sorted = model.collection(collection)?.meta?.sort_field
  // Who may not read the field cannot sort by it.
  const sort = sorted && model.field(collection, sorted) ? sorted : key
  return { columns: columns.slice(0, FIRST_COLUMNS), widths: {}, sort: sort ?? '' }
}

/** A stored view without what no longer exists. */
export function validView(model: Model, collection: string, stored: Partial<View> | null): View {
  const base = defaultView(model, collection)
  const exists = (name: string): boolean => Boolean(model.field(collection, name))
  const columns = (stored?.columns ?? []).filter(exists)
  const sort = stored?.sort && exists(stored.sort.replace(/^-/, '')) ? stored.sort : base.sort
  return { columns: columns.length ? columns : base.columns, widths: { ...base.widths, ...stored?.widths }, sort }
}

/** The wire's field list for some columns: the key, the columns, and of a related item what names it. */
export function fieldsFor(model: Model, collection: string, columns: readonly string[]): string[] {
  const key = model.primaryKey(collection)?.field
  const wanted = columns.flatMap((name) => {
    const link = model.link(collection, name)
    if (link?.kind !== 'm2o' || !link.related) return [name]
    const related = model.primaryKey(link.related)?.field
    const names = [...templateFields(templateOf(model, link.related)), ...(link.related === 'directus_users' ? ['email'] : [])]
    return [...new Set([related, ...names])].filter(Boolean).map((each) => `${name}.${each}`)
  })
  return [...new Set([...(key ? [key] : []), ...wanted])]
}

const WIDTHS: Record<string, number> = { boolean: 120, integer: 120, bigInteger: 140, float: 140, decimal: 140, timestamp: 230, dateTime: 230, date: 150, time: 130, uuid: 320, string: 240, text: 300 }

/** Pixels that suit most values of a type. */
export const widthOf = (type: string): number => WIDTHS[type] ?? 200

/** The order as it is asked for: rows that are equal in it stand by their key, so that no row is in two windows or in none. */
export function orderOf(sort: string, key: string): string[] {
  if (!sort) return []
  const down = sort.startsWith('-') ? '-' : ''
  return sort === `${down}${key}` ? [sort] : [sort, `${down}${key}`]
}

/** Click by click: upwards, downwards, upwards. */
export const nextSort = (sort: string, column: string): string => (sort === column ? `-${column}` : column)

export const sortState = (sort: string, column: string): 'ascending' | 'descending' | 'none' =>
  sort === column ? 'ascending' : sort === `-${column}` ? 'descending' : 'none'

/** A view as a preset of the wire, so that it follows its person from device to device. With `bookmark` it is a saved view. */
export interface Preset {
  id?: number
  bookmark?: string | null
  /** Null: everybody's. */
  user?: string | null
  filter?: Record<string, unknown> | null
  search?: string | null
  layout_query: { tabular?: { fields?: string[]; sort?: string[] } } | null
  layout_options: { tabular?: { widths?: Record<string, number> } } | null
}

export const presetOf = (view: View): Pick<Preset, 'layout_query' | 'layout_options'> => ({
  layout_query: { tabular: { fields: view.columns, sort: view.sort ? [view.sort] : [] } },
  layout_options: { tabular: { widths: view.widths } },
})

export function viewOf(preset: Preset | undefined): Partial<View> | null {
  if (!preset) return null
  const { fields, sort } = preset.layout_query?.tabular ?? {}
  const widths = preset.layout_options?.tabular?.widths
  return { ...(fields && { columns: fields }), ...(sort?.[0] && { sort: sort[0] }), ...(widths && { widths }) }
}
