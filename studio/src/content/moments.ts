// Between the wire's moments and the browser's inputs. A timestamp has a zone and is shown in the reader's own. Pure.

export const INPUT_TYPE: Record<string, string> = { timestamp: 'datetime-local', dateTime: 'datetime-local', date: 'date', time: 'time' }

export function toInput(value: unknown, type: string): string {
  if (typeof value !== 'string' || value === '') return ''
  if (type !== 'timestamp') return type === 'dateTime' ? value.slice(0, 19) : value
  const date = new Date(value)
  if (Number.isNaN(date.getTime())) return ''
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 19)
}

export function fromInput(text: string, type: string): string | null {
  if (text === '') return null
  if (type === 'timestamp') return new Date(text).toISOString()
  if (type === 'date') return text
  return /:\d\d:\d\d$/.test(text) ? text : `${text}:00`
}
