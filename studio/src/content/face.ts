// How a cell of the table looks, by its field: which picture, and which words in it. Pure.
import { choicesFor } from '@/model/choices'
import type { Choice } from '@/model/form'
import { isSecret, typeInfo } from '@/model/fieldTypes'
import { interfaceFor } from '@/model/interfaces'
import type { Model } from '@/model/model'
import type { Field } from '@/model/types'

export type Face = 'plain' | 'flag' | 'choice' | 'tags' | 'color' | 'json' | 'secret' | 'link' | 'count' | 'image' | 'moment' | 'number'

const SIMPLE: Partial<Record<string, Face>> = { boolean: 'flag', moment: 'moment', number: 'number', json: 'json', list: 'tags', geometry: 'json' }

export function faceOf(model: Model, field: Field): Face {
  const link = model.link(field.collection, field.field)
  if (link) return link.kind !== 'm2o' ? 'count' : field.meta?.interface === 'file-image' ? 'image' : 'link'
  if (isSecret(field)) return 'secret'
  const widget = interfaceFor(field.meta?.interface, field.type).widget
  if (widget === 'color') return 'color'
  if (widget === 'tags' || widget === 'checks') return 'tags'
  if (choicesFor(field).length) return 'choice'
  return SIMPLE[typeInfo(field.type).kind] ?? 'plain'
}

/** The words of a list of values: the text of a choice where there is one. */
export function words(value: unknown, choices: readonly Choice[]): string[] {
  const list = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : []
  return list.map((each) => choices.find((choice) => String(choice.value) === String(each))?.text
    ?? (typeof each === 'object' ? JSON.stringify(each) : String(each)))
}

/** A colour that can be painted without letting anything else through. */
export const paintable = (value: unknown): string | null =>
  typeof value === 'string' && /^#[0-9a-f]{3,8}$/i.test(value) ? value : null
