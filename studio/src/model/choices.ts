// The choices of a field: those that the project names, and for the system's own fields our words for what the server writes. Pure.
import { msg, t } from '@/i18n'
import { choicesOf, type Choice } from './form'
import type { Field } from './types'

/** The status of a user. */
export const STATUSES: Record<string, string> = {
  active: msg('Active'), draft: msg('Draft'), invited: msg('Invited'), unverified: msg('Unverified'), suspended: msg('Suspended'), archived: msg('Archived'),
}
/** What the log of activity tells. */
export const ACTIONS: Record<string, string> = {
  create: msg('Created'), update: msg('Changed'), delete: msg('Deleted'), login: msg('Logged in'), run: msg('Flow run'),
}
const SYSTEM: Record<string, Record<string, string>> = { 'directus_users.status': STATUSES, 'directus_activity.action': ACTIONS }

export function choicesFor(field: Field): Choice[] {
  const own = choicesOf(field.meta?.options ?? {})
  const ours = SYSTEM[`${field.collection}.${field.field}`]
  return own.length || !ours ? own : Object.entries(ours).map(([value, text]) => ({ value, text: t(text) }))
}
