// What the rows of a table are called, in whole sentences, so that each can be put into another language.
import { msg } from '@/i18n'

export interface Noun {
  create: string
  first: string
  none: string
  noMatch: string
  count: string
}

export const NOUNS = {
  item: { create: msg('Create item'), first: msg('Create the first item'), none: msg('No items yet'), noMatch: msg('No item matches'), count: msg('{n} item | {n} items') },
  user: { create: msg('Create user'), first: msg('Create the first user'), none: msg('No users yet'), noMatch: msg('No user matches'), count: msg('{n} user | {n} users') },
  entry: { create: '', first: '', none: msg('No entries yet'), noMatch: msg('No entry matches'), count: msg('{n} entry | {n} entries') },
} satisfies Record<string, Noun>

export type NounName = keyof typeof NOUNS
