// What the one who looks may do, as the server answers it. Pure: nothing is decided here, only what is offered.
import type { FormField } from '@/model/form'
import type { Effective } from './effective'
import type { Action } from './matrix'

/** By collection and action, as `/permissions/me` tells them. Null: not known, or an administrator. */
export type Rights = Effective['permissions'] | null

/** Whether it is worth offering: for some items at least. What is not known is offered, the server decides. */
export const may = (rights: Rights, collection: string, action: Action): boolean =>
  rights === null || (rights[collection]?.[action]?.access ?? 'none') !== 'none'

/** The fields as a form offers them: those that may not be written are read only. */
export function writable(fields: FormField[], rights: Rights, collection: string, action: 'create' | 'update'): FormField[] {
  if (rights === null) return fields
  const open = may(rights, collection, action) ? rights[collection]?.[action]?.fields ?? [] : []
  return fields.map((each) => (each.readonly || open.includes('*') || open.includes(each.name) ? each : { ...each, readonly: true }))
}
