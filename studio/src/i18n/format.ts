// Numbers and moments as the language shown writes them.
import { language } from './index'

export const number = (value: number, options?: Intl.NumberFormatOptions): string => value.toLocaleString(language.value, options)

export const date = (value: Date): string => value.toLocaleDateString(language.value, { dateStyle: 'medium' })

export const dateTime = (value: Date): string => value.toLocaleString(language.value, { dateStyle: 'medium', timeStyle: 'medium' })

export const time = (value: Date): string => value.toLocaleTimeString(language.value)

/** Things in a row: “a, b and c”. */
export const listed = (values: string[]): string => new Intl.ListFormat(language.value).format(values)
