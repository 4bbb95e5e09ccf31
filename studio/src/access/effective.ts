// What somebody may do in effect, and why, as the server tells it. Pure: words for levels and causes; no rule is decided here.
import { msg } from '@/i18n'
import { isSystem } from '@/model/model'
import { ACTIONS, type Action, type Level } from './matrix'

export interface Source {
  via: 'user' | 'role' | 'parent role' | 'public'
  id: string | null
  name: string | null
}

export interface HeldPolicy {
  id: string
  name: string
  sources: Source[]
  admin_access: boolean
  app_access: boolean
  enforce_tfa: boolean
  ip_access: string[]
  in_force: boolean
}

export interface Grant {
  access: 'none' | 'partial' | 'full'
  fields?: string[]
  presets?: Record<string, unknown>
}

export interface Effective {
  user: { id: string; email: string | null; status: string; role: { id: string; name: string } | null } | null
  status: string | null
  lacks_second_factor: boolean
  admin: boolean
  app: boolean
  policies: HeldPolicy[]
  permissions: Record<string, Partial<Record<Action, Grant>>>
}

export interface ReadRule {
  policy: string | null
  permission: number | null
  condition: unknown
  matches: boolean | null
  fields: string[] | null
  presets: unknown
  validation: unknown
  fault: string | null
}

export interface Explained {
  policies: HeldPolicy[]
  rules: ReadRule[]
  variables: Record<string, unknown>
  verdict: { allowed: boolean; cause: string; reason: string }
}

/** As whom: the one of three that is given, or none for the public. */
export interface Subject {
  user?: string
  role?: string
  policy?: string
}

export const KINDS = ['user', 'role', 'policy'] as const

/** What an address asks for. */
export function subjectOf(query: Record<string, unknown>): Subject {
  const kind = KINDS.find((each) => typeof query[each] === 'string' && query[each])
  return kind ? { [kind]: query[kind] as string } : {}
}

/** A grant as a cell of the matrix: `custom` where it is about some rows, or some fields. */
export function cellLevel(grant: Grant | undefined): Level {
  if (!grant || grant.access === 'none') return 'none'
  return grant.access === 'full' && (grant.fields ?? []).includes('*') ? 'all' : 'custom'
}

/** Collections in which something is allowed first, each half by name. */
export function effectiveRows(effective: Effective, collections: readonly string[]): { collection: string; cells: Record<Action, Grant | undefined> }[] {
  const any = (name: string): number => Number(ACTIONS.some((action) => cellLevel(effective.permissions[name]?.[action]) !== 'none'))
  return [...collections].sort((a, b) => any(b) - any(a) || Number(isSystem(a)) - Number(isSystem(b)) || a.localeCompare(b)).map((collection) => ({
    collection, cells: Object.fromEntries(ACTIONS.map((action) => [action, effective.permissions[collection]?.[action]])) as Record<Action, Grant | undefined>,
  }))
}

/** The verdict in words, by what decided. */
export const CAUSES: Record<string, string> = {
  administrator: msg('A policy with administrator access is in force: rules are not checked.'),
  granted: msg('A rule allows it.'),
  some_rows: msg('Allowed for the items for which a condition holds.'),
  some_fields: msg('The item may be read; on it, some of the fields are shown as empty.'),
  inactive: msg('The account is not active: only active users may ask for anything.'),
  second_factor: msg('A policy requires a two-factor login, which is not set up.'),
  no_collection: msg('There is no such collection.'),
  no_item: msg('There is no such item.'),
  no_field: msg('There is no such field.'),
  no_rule: msg('No policy in force has a rule for it.'),
  no_row: msg('No rule’s condition holds for the item.'),
  field: msg('No rule grants the field.'),
  field_on_row: msg('No rule that holds for the item grants the field.'),
}

export const VIA: Record<Source['via'], string> = {
  user: msg('given to the user'), role: msg('by the role'), 'parent role': msg('by the role above'), public: msg('everybody has it'),
}
