// Errors of the server in words that help, and at the field they belong to. Pure.
import { title } from '@/model/model'

export interface Problem {
  code: string
  text: string
  /** Field name → sentence. */
  fields: Record<string, string>
}

interface WireError {
  message?: string
  extensions?: { code?: string; field?: string; type?: string; [key: string]: unknown }
}

const KNOWN: Record<string, string> = {
  INVALID_CREDENTIALS: 'The e-mail address or the password is not right.',
  INVALID_OTP: 'The one-time code is not right. Enter the newest code of your app.',
  USER_SUSPENDED: 'This account is suspended. Ask an administrator.',
  FORBIDDEN: 'You do not have permission for this, or it does not exist any more.',
  TOKEN_EXPIRED: 'Your session has ended. Please log in again.',
  REQUESTS_EXCEEDED: 'Too many requests. Wait a moment and try again.',
  ROUTE_NOT_FOUND: 'The server does not offer this.',
  SERVICE_UNAVAILABLE: 'The server cannot do this at the moment.',
}

const AT_FIELD: Record<string, string> = {
  RECORD_NOT_UNIQUE: 'This value is taken already; it has to be unique.',
  NOT_NULL_VIOLATION: 'This must not be empty.',
  CONTAINS_NULL_VALUES: 'Some rows have no value here.',
  VALUE_TOO_LONG: 'This is too long.',
  VALUE_OUT_OF_RANGE: 'This number is out of range.',
  INVALID_FOREIGN_KEY: 'The chosen item does not exist, or is still in use.',
}

const VALIDATION: Record<string, (extensions: Record<string, unknown>) => string> = {
  required: () => 'Please fill this in.',
  nnull: () => 'This must not be empty.',
  nempty: () => 'This must not be empty.',
  eq: (e) => `This has to be ${String(e.valid)}.`,
  neq: (e) => `This must not be ${String(e.invalid)}.`,
  lt: (e) => `This has to be less than ${String(e.valid)}.`,
  lte: (e) => `This has to be at most ${String(e.valid)}.`,
  gt: (e) => `This has to be more than ${String(e.valid)}.`,
  gte: (e) => `This has to be at least ${String(e.valid)}.`,
  contains: (e) => `This has to contain “${String(e.substring)}”.`,
  starts_with: (e) => `This has to start with “${String(e.substring)}”.`,
  ends_with: (e) => `This has to end with “${String(e.substring)}”.`,
  in: (e) => `Choose one of: ${[e.valid].flat().join(', ')}.`,
  nin: (e) => `This must not be one of: ${[e.invalid].flat().join(', ')}.`,
  email: () => 'This has to be an e-mail address.',
  regex: () => 'This does not have the demanded form.',
}

export function problem(error: unknown): Problem {
  const errors = wireErrors(error)
  if (errors.length === 0) return { code: 'UNREACHABLE', text: plain(error), fields: {} }
  const fields: Record<string, string> = {}
  for (const each of errors) {
    const field = each.extensions?.field
    if (field) fields[field] ??= fieldText(each)
  }
  const first = errors[0]!
  const code = first.extensions?.code ?? 'UNKNOWN'
  const names = Object.keys(fields)
  const text = names.length ? `${names.map(title).join(', ')}: ${fields[names[0]!]}` : KNOWN[code] ?? first.message ?? code
  return { code, text, fields }
}

function wireErrors(error: unknown): WireError[] {
  const errors = (error as { errors?: unknown } | null)?.errors
  return Array.isArray(errors) ? (errors as WireError[]) : []
}

function plain(error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  return /fetch|network/i.test(message) || !message ? 'The server cannot be reached.' : message
}

function fieldText({ message, extensions }: WireError): string {
  const type = extensions?.type
  if (extensions?.code === 'FAILED_VALIDATION' && type) return VALIDATION[type]?.(extensions) ?? message ?? 'This is not valid.'
  return AT_FIELD[extensions?.code ?? ''] ?? message ?? 'This is not valid.'
}
