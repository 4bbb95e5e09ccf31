// The fields a filter may speak of, relations followed two steps deep. Pure.
import { typeInfo } from '@/model/fieldTypes'
import { title, type Model } from '@/model/model'

export interface PathChoice {
  path: string[]
  label: string
  kind: string
  /** The first step is a list: some or none of its items. */
  list: boolean
}

const DEPTH = 2

export function pathChoices(model: Model, collection: string, depth = DEPTH): PathChoice[] {
  return model.fields(collection).flatMap((field) => {
    const link = model.link(collection, field.field)
    const own = field.schema ? [choice([field.field], title(field.field), field.type)] : []
    if (!link?.related || depth <= 1) return own
    return [...own, ...further(model, link.kind === 'm2m' ? link.junction! : link.related, field.field, link.kind !== 'm2o', depth)]
  })
}

const choice = (path: string[], label: string, type: string): PathChoice => ({ path, label, kind: typeInfo(type).kind, list: false })

function further(model: Model, related: string, name: string, list: boolean, depth: number): PathChoice[] {
  return pathChoices(model, related, depth - 1)
    .filter((each) => !each.list)
    .map((each) => ({ ...each, path: [name, ...each.path], label: `${title(name)} › ${each.label}`, list }))
}
