// What a change in the database means for the rows on the screen. Pure.
import { same } from '@/model/form'
import type { Key, Row } from '@/model/types'

export interface LiveEvent {
  /** `init`: all rows as they are now. */
  event: 'init' | 'create' | 'update' | 'delete'
  /** Rows, or keys for a delete. */
  data: (Row | Key)[]
}

export interface Applied {
  rows: Row[]
  /** Keys of rows that were shown and changed, as text. */
  touched: string[]
}

/** Patches what is shown at once; which rows belong to the page is left to the next read. */
export function applyEvent(rows: Row[], key: string, event: LiveEvent): Applied {
  if (event.event === 'init') return initial(rows, key, event.data.filter(isRow))
  if (event.event === 'delete') {
    const gone = new Set(event.data.map(String))
    return { rows: rows.filter((row) => !gone.has(String(row[key]))), touched: [] }
  }
  const news = new Map(event.data.filter(isRow).map((row) => [String(row[key]), row]))
  const touched: string[] = []
  const patched = rows.map((row) => {
    const fresh = news.get(String(row[key]))
    if (!fresh) return row
    touched.push(String(row[key]))
    return { ...row, ...fresh }
  })
  return { rows: touched.length ? patched : rows, touched: event.event === 'create' ? [...news.keys()] : touched }
}

/** The rows as told, those that look as before left as they are, so that nothing is drawn twice. */
function initial(rows: Row[], key: string, fresh: Row[]): Applied {
  const known = new Map(rows.map((row) => [String(row[key]), row]))
  const touched: string[] = []
  const now = fresh.map((row) => {
    const before = known.get(String(row[key]))
    if (before && same(before, row)) return before
    touched.push(String(row[key]))
    return row
  })
  const unchanged = now.length === rows.length && now.every((row, index) => row === rows[index])
  return unchanged ? { rows, touched: [] } : { rows: now, touched }
}

const isRow = (value: Row | Key): value is Row => typeof value === 'object' && value !== null
