// The stream of commits: from the wire's text to what changed in each row. Pure.
import { same } from '@/model/form'
import type { Key, Row } from '@/model/types'

export interface RowChange {
  collection: string
  key: Key
  kind: 'create' | 'update' | 'delete'
  before: Row | null
  after: Row | null
}

export interface Commit {
  position: string
  /** Null for what is told again. */
  at: string | null
  total: number
  changes: RowChange[]
  /** Commits before this one are not known any more. */
  gap?: boolean
}

export interface Heard {
  event: string
  id: string
  data: string
}

/** Takes an event stream apart, whatever pieces it comes in. */
export function eventReader(): (piece: string) => Heard[] {
  let rest = ''
  return (piece) => {
    const blocks = (rest + piece.replaceAll('\r\n', '\n')).split('\n\n')
    rest = blocks.pop()!
    return blocks.map(heard).filter((each) => each.data !== '')
  }
}

function heard(block: string): Heard {
  const found: Heard = { event: 'message', id: '', data: '' }
  const data: string[] = []
  for (const line of block.split('\n')) {
    const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? []
    if (name === 'data') data.push(value!)
    else if (name === 'event' || name === 'id') found[name] = value!
  }
  return { ...found, data: data.join('\n') }
}

export interface FieldChange {
  field: string
  before: unknown
  after: unknown
}

/** Field by field; of an update only what is different. */
export function fieldChanges({ before, after }: RowChange): FieldChange[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  return names
    .map((field) => ({ field, before: before?.[field], after: after?.[field] }))
    .filter((each) => !before || !after ? (each.before ?? each.after ?? null) !== null : !same(each.before, each.after))
}

/** Newest first, at most `most`. */
export const kept = (old: readonly Commit[], fresh: readonly Commit[], most: number): Commit[] =>
  [...fresh.slice(-most).reverse(), ...old].slice(0, most)
