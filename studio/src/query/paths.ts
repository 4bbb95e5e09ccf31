// The fields a filter may speak of: own columns, parts of moments, sizes of lists, and the columns of related items. Pure.
import { t } from '@/i18n'
import { choicesFor } from '@/model/choices'
import { askedKind } from '@/model/fieldTypes'
import type { Choice } from '@/model/form'
import { title, type Link, type Model } from '@/model/model'
import { fieldName } from '@/model/names'
import type { Field } from '@/model/types'

export interface PathChoice {
  path: string[]
  label: string
  kind: string
  /** The first step is a list: some or none of its items. */
  list: boolean
  /** A value that is being written, not a stored one. */
  payload?: boolean
  /** What is usually meant, to be chosen from. */
  choices?: Choice[]
}

const DEPTH = 3
const MANY = 1500 // choices; above this one step less is offered
const PARTS: Record<string, readonly string[]> = {
  timestamp: ['year', 'month', 'week', 'day', 'weekday', 'hour', 'minute', 'second'],
  date: ['year', 'month', 'week', 'day', 'weekday'],
  time: ['hour', 'minute', 'second'],
}

export function pathChoices(model: Model, collection: string): PathChoice[] {
  const deep = choices(model, collection, DEPTH)
  return [...(deep.length > MANY ? choices(model, collection, DEPTH - 1) : deep), ...functions(model, collection)]
}

function choices(model: Model, collection: string, depth: number): PathChoice[] {
  return model.fields(collection).flatMap((field) => {
    const link = model.link(collection, field.field)
    const own = field.schema ? [{ path: [field.field], label: fieldName(field), kind: askedKind(field), list: false, choices: choicesFor(field) }] : []
    return link && depth > 1 ? [...own, ...further(model, field, link, depth)] : own
  })
}

interface Way {
  steps: string[]
  to: string
  label: string
}

/** Where a relation leads: through the table in between too, whose own columns can be asked for as well. */
function ways({ field }: Field, link: Link): Way[] {
  const label = title(field)
  if (link.kind === 'm2o' || link.kind === 'o2m') return [{ steps: [field], to: link.related!, label }]
  if (!link.junction) return []
  const items = link.kind === 'm2m' ? [{ steps: [field, link.via!], to: link.related!, label }]
    : link.allowed.map((each) => ({ steps: [field, `${link.via}:${each}`], to: each, label: `${label} › ${title(each)}` }))
  return items
}

function further(model: Model, field: Field, link: Link, depth: number): PathChoice[] {
  const list = link.kind !== 'm2o'
  const inner = ways(field, link).flatMap(({ steps, to, label }) => choices(model, to, depth - 1)
    .filter((each) => !each.list)
    .map((each) => ({ ...each, path: [...steps, ...each.path], label: `${label} › ${each.label}`, list })))
  return [...inner, ...between(model, field, link)]
}

/** The columns of the table in between that are not about the link itself. */
function between(model: Model, { field }: Field, link: Link): PathChoice[] {
  if (!link.junction) return []
  const skipped = new Set([link.back, link.via, model.primaryKey(link.junction)?.field])
  return model.fields(link.junction).filter((each) => each.schema && !skipped.has(each.field)).map((each) => ({
    path: [field, each.field], label: `${title(field)} › ${fieldName(each)}`, kind: askedKind(each), list: true,
  }))
}

function functions(model: Model, collection: string): PathChoice[] {
  return model.fields(collection).flatMap((field) => {
    const of = (name: string): PathChoice => ({
      path: [`${name}(${field.field})`], label: t('{field} ({part})', { field: title(field.field), part: name }), kind: 'number', list: false,
    })
    if (!field.schema) return ['o2m', 'm2m', 'm2a'].includes(model.link(collection, field.field)?.kind ?? '') ? [of('count')] : []
    return (PARTS[field.type === 'dateTime' ? 'timestamp' : field.type] ?? []).map(of)
  })
}
