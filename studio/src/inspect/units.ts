// Figures with their units, in the language shown.
import { number } from '@/i18n/format'

const STEPS = ['byte', 'kilobyte', 'megabyte', 'gigabyte']

export function bytes(value: number): string {
  const step = value < 1 ? 0 : Math.min(STEPS.length - 1, Math.floor(Math.log10(value) / 3))
  return number(value / 1000 ** step, { style: 'unit', unit: STEPS[step], unitDisplay: step ? 'short' : 'long', maximumFractionDigits: step ? 1 : 0 })
}

/** A rate: small ones with a digit behind the point. */
export const rate = (value: number): string => number(value, { maximumFractionDigits: value < 10 ? 1 : 0 })

/** Seconds as milliseconds or seconds. */
export function duration(seconds: number): string {
  const unit = seconds < 1 ? 'millisecond' : 'second'
  const value = seconds < 1 ? seconds * 1000 : seconds
  return number(value, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: value < 10 ? 2 : 0 })
}
