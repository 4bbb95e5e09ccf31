// Errors of the server in words that help, and at the field they belong to. Pure.
import { msg, t } from '@/i18n'
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
  INVALID_CREDENTIALS: msg('The e-mail address or the password is not right.'),
  INVALID_OTP: msg('The one-time code is not right. Enter the newest code of your app.'),
  USER_SUSPENDED: msg('This account is suspended. Ask an administrator.'),
  FORBIDDEN: msg('You do not have permission for this, or it does not exist any more.'),
  TOKEN_EXPIRED: msg('Your session has ended. Please log in again.'),
  REQUESTS_EXCEEDED: msg('Too many requests. Wait a moment and try again.'),
  ROUTE_NOT_FOUND: msg('The server does not offer this.'),
  SERVICE_UNAVAILABLE: msg('The server cannot do this at the moment.'),
}

const AT_FIELD: Record<string, string> = {
  RECORD_NOT_UNIQUE: msg('This value is taken already; it has to be unique.'),
  NOT_NULL_VIOLATION: msg('This must not be empty.'),
  CONTAINS_NULL_VALUES: msg('Some rows have no value here.'),
  VALUE_TOO_LONG: msg('This is too long.'),
  VALUE_OUT_OF_RANGE: msg('This number is out of range.'),
  INVALID_FOREIGN_KEY: msg('The chosen item does not exist, or is still in use.'),
}

const VALIDATION: Record<string, (extensions: Record<string, unknown>) => string> = {
  required: () => t('Please fill this in.'),
  nnull: () => t('This must not be empty.'),
  nempty: () => t('This must not be empty.'),
  eq: (e) => t('This has to be {value}.', { value: String(e.valid) }),
  neq: (e) => t('This must not be {value}.', { value: String(e.invalid) }),
  lt: (e) => t('This has to be less than {value}.', { value: String(e.valid) }),
  lte: (e) => t('This has to be at most {value}.', { value: String(e.valid) }),
  gt: (e) => t('This has to be more than {value}.', { value: String(e.valid) }),
  gte: (e) => t('This has to be at least {value}.', { value: String(e.valid) }),
  contains: (e) => t('This has to contain “{value}”.', { value: String(e.substring) }),
  starts_with: (e) => t('This has to start with “{value}”.', { value: String(e.substring) }),
  ends_with: (e) => t('This has to end with “{value}”.', { value: String(e.substring) }),
  in: (e) => t('Choose one of: {values}.', { values: [e.valid].flat().join(', ') }),
  nin: (e) => t('This must not be one of: {values}.', { values: [e.invalid].flat().join(', ') }),
  email: () => t('This has to be an e-mail address.'),
  regex: () => t('This does not have the required format.'),
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
  const text = names.length ? `${names.map(title).join(', ')}: ${fields[names[0]!]}` : KNOWN[code] ? t(KNOWN[code]) : first.message ?? code
  return { code, text, fields }
}

function wireErrors(error: unknown): WireError[] {
  const errors = (error as { errors?: unknown } | null)?.errors
  return Array.isArray(errors) ? (errors as WireError[]) : []
}

function plain(error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  return /fetch|network/i.test(message) || !message ? t('The server cannot be reached.') : message
}

function fieldText({ message, extensions }: WireError): string {
  const type = extensions?.type
  if (extensions?.code === 'FAILED_VALIDATION' && type) return VALIDATION[type]?.(extensions) ?? message ?? t('This is not valid.')
  const known = AT_FIELD[extensions?.code ?? '']
  return known ? t(known) : message ?? t('This is not valid.')
}
