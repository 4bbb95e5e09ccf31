// The values that a permission fills in, where a form can show them. Pure.
import type { Row } from '@/model/types'

const isVariable = (value: unknown): boolean => typeof value === 'string' && value.startsWith('$')

/** Null where only JSON will do: variables, fields that the form does not have, and what is no object. */
export function presetsAsForm(presets: unknown, names: readonly string[]): Row | null {
  if (presets === null || presets === undefined) return {}
  if (typeof presets !== 'object' || Array.isArray(presets) || Object.getPrototypeOf(presets) !== Object.prototype) return null
  const fits = Object.entries(presets).every(([name, value]) => names.includes(name) && !isVariable(value))
  return fits ? { ...presets } : null
}
