// Which language a person gets: their own, else the one chosen in this browser, else the project's.
import { updateMe } from '@directus/sdk'
import { chosenHere, language, showLanguage } from '@/i18n'
import { languageFor } from '@/i18n/languages'
import { send } from './client'
import { project } from './project'
import { session } from './session'

/** Shows it, unless it is shown already. Never throws: without its catalogue the Studio speaks English. */
export async function showUsersLanguage(): Promise<void> {
  const code = languageFor(session.me?.language, chosenHere(), project.language)
  if (code !== language.value) await showLanguage(code).catch(() => undefined)
}

/** Chosen by a person: kept in this browser and, after the login, in their account. Throws when its catalogue does not come. */
export async function chooseLanguage(code: string): Promise<void> {
  await showLanguage(code, true)
  if (!session.me) return
  session.me.language = code
  await send(updateMe({ language: code } as never)).catch(() => undefined)
}
