// A file of rows cut into parts that are files of their own, so that a long import shows its progress. What the cells mean is the
// server's business. Pure.
import { msg } from '@/i18n'

export interface Part {
  /** A small file of the same kind. */
  text: string
  rows: number
}

export interface ImportFile {
  type: 'text/csv' | 'application/json'
  columns: string[]
  /** The first rows, for a look at them. */
  sample: string[][]
  parts: Part[]
  rows: number
}

const SAMPLE = 4

/** Throws an Error with a sentence when it is neither CSV nor a JSON list of objects. */
export function importFile(name: string, text: string, size: number): ImportFile {
  return /^\s*[[{]/.test(text) && !/\.csv$/i.test(name) ? fromJson(text, size) : fromCsv(text, size)
}

function fromJson(text: string, size: number): ImportFile {
  const rows = parsed(text)
  const columns = [...new Set(rows.slice(0, 50).flatMap((each) => Object.keys(each)))]
  const sample = rows.slice(0, SAMPLE).map((row) => columns.map((name) => shown(row[name])))
  return { type: 'application/json', columns, sample, rows: rows.length, parts: chunks(rows, size).map((part) => ({ text: JSON.stringify(part), rows: part.length })) }
}

function parsed(text: string): Record<string, unknown>[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error(msg('The file is not valid JSON.'))
  }
  if (!Array.isArray(value) || value.some((each) => typeof each !== 'object' || each === null || Array.isArray(each)))
    throw new Error(msg('The file has to hold a list of objects.'))
  return value as Record<string, unknown>[]
}

const shown = (value: unknown): string => (value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value))

function fromCsv(text: string, size: number): ImportFile {
  const [head, ...lines] = records(text.replace(/^\uFEFF/, ''))
  if (!head) throw new Error(msg('The file is empty.'))
  return {
    type: 'text/csv', columns: cells(head), sample: lines.slice(0, SAMPLE).map(cells), rows: lines.length,
    parts: chunks(lines, size).map((part) => ({ text: [head, ...part].join('\n'), rows: part.length })),
  }
}

/** The records of a CSV text; a line break within quotes belongs to its cell. Empty lines are left out. */
export function records(text: string): string[] {
  const found: string[] = []
  let from = 0
  let quoted = false
  for (let at = 0; at <= text.length; at++) {
    const sign = text[at]
    if (sign === '"') quoted = !quoted
    if (at < text.length && (sign !== '\n' || quoted)) continue
    const line = text.slice(from, at).replace(/\r$/, '')
    if (line.trim()) found.push(line)
    from = at + 1
  }
  return found
}

/** The cells of one record. */
export function cells(record: string): string[] {
  return [...`,${record}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((match) => match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
}

const chunks = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size))
