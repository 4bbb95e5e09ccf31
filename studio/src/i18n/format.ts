// Numbers and moments as the language shown writes them.
import { region } from './index'

export const number = (value: number, options?: Intl.NumberFormatOptions): string => value.toLocaleString(region(), options)

export const date = (value: Date): string => value.toLocaleDateString(region(), { dateStyle: 'medium' })

export const dateTime = (value: Date): string => value.toLocaleString(region(), { dateStyle: 'medium', timeStyle: 'medium' })

export const time = (value: Date): string => value.toLocaleTimeString(region())

/** Things in a row: “a, b and c”. */
export const listed = (values: string[]): string => new Intl.ListFormat(region()).format(values)
