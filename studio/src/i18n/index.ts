// Every text that a person sees goes through here. A text's key is its English sentence, so English needs no catalogue.
import { nextTick, shallowRef, type ShallowRef } from 'vue'
import { createI18n } from 'vue-i18n'
import { ENGLISH, family, languageFor } from './languages'

type Catalogue = Record<string, string>
type Values = Record<string, string | number | null | undefined>

/** The language that is shown now. */
export const language: ShallowRef<string> = shallowRef(ENGLISH)

const CHOICE = 'rowcast:language'
const catalogues = import.meta.glob<Catalogue>('./catalogues/*.json', { import: 'default' })

const i18n = createI18n({
  legacy: false,
  locale: ENGLISH,
  fallbackLocale: ENGLISH,
  messages: { [ENGLISH]: {} } as Record<string, Catalogue>,
  // Sentences have dots in them: a key is one name, never a path.
  messageResolver: (catalogue, key) => ((catalogue as Catalogue | null)?.[key] as string | undefined) ?? null,
  fallbackFormat: true,
  missingWarn: false,
  fallbackWarn: false,
  warnHtmlMessage: false,
  pluralRules: { 'fr-FR': (n: number) => (Math.abs(n) < 2 ? 0 : 1) },
})

/**
 * A sentence in the language shown. `{name}` stands for a value, numbers are written as the language writes them;
 * `{n} row | {n} rows` chooses by the number `n`.
 */
export function t(sentence: string, values: Values = {}): string {
  const written = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === 'number' ? number(value) : value ?? '']))
  return typeof values.n === 'number' ? i18n.global.t(sentence, written, values.n) : i18n.global.t(sentence, written)
}

/** Marks a sentence that stands in a table of constants, for the catalogues; `t` puts it into words where it is shown. */
export const msg = (sentence: string): string => sentence

/** For numbers and moments: the language shown, as it is spoken where the browser is. */
export const region = (): string =>
  (typeof navigator === 'undefined' ? [] : navigator.languages ?? []).find((each) => family(each) === family(language.value)) ?? language.value

const number = (value: number): string => value.toLocaleString(region())

/** What was chosen in this browser, before or without an account. */
export const chosenHere = (): string | null => localStorage.getItem(CHOICE)

/** Shows another language once its catalogue is there; throws when it does not come. `keep` remembers it in this browser. */
export async function showLanguage(wish: string, keep = false): Promise<void> {
  const code = languageFor(wish)
  const load = catalogues[`./catalogues/${code}.json`]
  if (load && !i18n.global.availableLocales.includes(code)) i18n.global.setLocaleMessage(code, await load())
  if (keep) localStorage.setItem(CHOICE, code)
  i18n.global.locale.value = code
  language.value = code
  document.documentElement.lang = code
  await nextTick()
}

/** A table of constants with `label` and `description` in the language shown. */
export const inWords = <T extends { label: string; description?: string }>(table: readonly T[]): T[] =>
  table.map((each) => ({ ...each, label: t(each.label), ...(each.description && { description: t(each.description) }) }))
