// Revisions in words: what each one changed, field by field. Pure.
import { same } from '@/model/form'
import type { Row } from '@/model/types'

export interface Revision {
  id: number
  collection: string
  item: string
  data: Row | null
  delta: Row | null
  activity: {
    action: string
    timestamp: string
    user: { first_name: string | null; last_name: string | null; email: string | null } | null
  } | null
}

export interface Change {
  field: string
  before: unknown
  after: unknown
}

export const REVISION_FIELDS = [
  'id', 'collection', 'item', 'data', 'delta', 'activity.action', 'activity.timestamp', 'activity.user.first_name', 'activity.user.last_name',
  'activity.user.email',
]

/** `older` is the revision before this one, if it is known. */
export function changesOf(revision: Revision, older: Revision | undefined): Change[] {
  return Object.entries(revision.delta ?? {})
    .map(([field, after]) => ({ field, before: older?.data?.[field], after }))
    .filter((each) => !same(each.before, each.after))
}

export function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return '—'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
