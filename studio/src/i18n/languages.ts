// The languages of the Studio, and which of them answers to a wish. Pure.

export interface Language {
  /** As the server keeps it. */
  code: string
  name: string
}

export const ENGLISH = 'en-US'

export const LANGUAGES: readonly Language[] = [
  { code: ENGLISH, name: 'English' },
  { code: 'de-DE', name: 'Deutsch' },
  { code: 'es-ES', name: 'Español' },
  { code: 'fr-FR', name: 'Français' },
]

/** `de` of `de-AT`. */
export const family = (code: string): string => code.toLowerCase().split('-')[0]!

/** The first wish that can be met, exactly or by its family (`de-AT` by `de-DE`); English when none can. */
export function languageFor(...wishes: (string | null | undefined)[]): string {
  for (const wish of wishes) {
    if (!wish) continue
    const met = LANGUAGES.find((each) => each.code === wish) ?? LANGUAGES.find((each) => family(each.code) === family(wish))
    if (met) return met.code
  }
  return ENGLISH
}
