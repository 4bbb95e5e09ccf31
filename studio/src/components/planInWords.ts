// The steps of a wizard in words, to be looked at before they are taken.
import { t } from '@/i18n'
import type { Step } from '@/model/relationPlan'
import type { Field } from '@/model/types'

export function planInWords(steps: readonly Step[]): string[] {
  return steps.map((step) => {
    if (step.do === 'collection') return t('New table {name}: {fields}', { name: step.name, fields: (step.body.fields as Field[]).map((each) => each.field).join(', ') })
    if (step.do === 'items') return t('{n} row in {name} | {n} rows in {name}', { n: step.rows.length, name: step.collection })
    if (step.do === 'relation') return `${step.body.collection}.${step.body.field} → ${targets(step.body)}`
    const path = `${step.collection}.${step.name}`
    return step.body.type === 'alias' ? t('List {path}', { path }) : t('Column {path}', { path })
  })
}

const targets = (body: Record<string, unknown>): string => {
  const allowed = (body.meta as { one_allowed_collections?: string[] } | undefined)?.one_allowed_collections
  return String(body.related_collection ?? allowed?.join(', ') ?? '—')
}
