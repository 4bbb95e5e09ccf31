// The permission matrix of a policy: rows are collections, columns actions. Pure; its edits are wire payloads.
import { msg, t } from '@/i18n'
import type { Row } from '@/model/types'

export const ACTIONS = ['create', 'read', 'update', 'delete', 'share'] as const
export const ACTION_NAMES: Record<Action, string> = {
  create: msg('Create'), read: msg('Read'), update: msg('Update'), delete: msg('Delete'), share: msg('Share'),
}
export type Action = (typeof ACTIONS)[number]
export type Level = 'none' | 'all' | 'custom'

export interface Permission {
  id?: number
  policy: string
  collection: string
  action: Action
  permissions: Record<string, unknown> | null
  validation: Record<string, unknown> | null
  presets: Record<string, unknown> | null
  fields: string[] | null
}

const empty = (value: unknown): boolean =>
  value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0)

/** `all` means: every row, every field, nothing demanded, nothing preset. */
export function level(permission: Permission | undefined): Level {
  if (!permission) return 'none'
  const whole = empty(permission.permissions) && empty(permission.validation) && empty(permission.presets)
  return whole && (permission.fields ?? []).includes('*') ? 'all' : 'custom'
}

export function full(policy: string, collection: string, action: Action): Permission {
  return { policy, collection, action, permissions: {}, validation: {}, presets: null, fields: ['*'] }
}

export type Matrix = Map<string, Partial<Record<Action, Permission>>>

export function matrix(permissions: readonly Permission[]): Matrix {
  const rows: Matrix = new Map()
  for (const each of permissions) rows.set(each.collection, { ...rows.get(each.collection), [each.action]: each })
  return rows
}

/** What makes a cell `wanted`: a row to create, to change or to delete; null when it is so already. */
export type Edit =
  | { do: 'create'; body: Permission }
  | { do: 'update'; id: number; body: Row }
  | { do: 'delete'; id: number }

export function edit(before: Permission | undefined, wanted: Permission | null): Edit | null {
  if (!before) return wanted ? { do: 'create', body: wanted } : null
  if (before.id === undefined) return null
  if (!wanted) return { do: 'delete', id: before.id }
  const { permissions, validation, presets, fields } = wanted
  const body: Row = { permissions, validation, presets, fields }
  const was: Row = {
    permissions: before.permissions, validation: before.validation, presets: before.presets, fields: before.fields,
  }
  return JSON.stringify(body) === JSON.stringify(was) ? null : { do: 'update', id: before.id, body }
}

/** A whole row to one level; `custom` cells are replaced. */
export function rowEdits(policy: string, collection: string, row: Partial<Record<Action, Permission>>, to: 'none' | 'all'): Edit[] {
  return ACTIONS.map((action) => edit(row[action], to === 'all' ? full(policy, collection, action) : null))
    .filter((each): each is Edit => each !== null)
    .filter((each) => !(each.do === 'update' && level(row[actionOf(row, each.id)]) === 'all'))
}

function actionOf(row: Partial<Record<Action, Permission>>, id: number): Action {
  return ACTIONS.find((action) => row[action]?.id === id) ?? 'read'
}

/** A custom cell in one line, for the tooltip and for screen readers. */
export function describe(permission: Permission | undefined): string {
  const at = level(permission)
  if (!permission || at === 'none') return t('No access')
  if (at === 'all') return t('Full access')
  const fields = permission.fields ?? []
  const parts = [
    !empty(permission.permissions) && t('rows by rule'),
    !fields.includes('*') && t('{n} field | {n} fields', { n: fields.length }),
    !empty(permission.validation) && t('validation'),
    !empty(permission.presets) && t('presets'),
  ].filter(Boolean)
  return t('Custom: {parts}', { parts: parts.join(', ') })
}
