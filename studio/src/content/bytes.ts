// The size of a file in words. Pure apart from the language shown.
import { number } from '@/i18n/format'

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** Empty for no size. */
export function bytes(size: number | string | null | undefined): string {
  let left = Number(size ?? 0)
  if (!left) return ''
  let unit = 0
  for (; left >= 1000 && unit < UNITS.length - 1; unit++) left /= 1000
  return `${number(left, { maximumFractionDigits: unit ? 1 : 0 })} ${UNITS[unit]}`
}
