// What a field or a collection is called: by the project's own translation, by our words for the system's fields, else by the technical name.
import { language, msg, t } from '@/i18n'
import { family } from '@/i18n/languages'
import { isSystem, title, type Model } from './model'
import type { Field } from './types'

/** The system's fields that people meet in tables and filters. */
const SYSTEM: Record<string, string> = {
  first_name: msg('First name'), last_name: msg('Last name'), email: msg('E-mail address'), password: msg('Password'), status: msg('Status'), role: msg('Role'),
  language: msg('Language'), last_access: msg('Last access'), title: msg('Title'), description: msg('Description'), timestamp: msg('When'), user: msg('User'),
  action: msg('Action'), collection: msg('Collection'), item: msg('Item'), ip: msg('Address'), comment: msg('Comment'), type: msg('Type'),
  filesize: msg('Size'), uploaded_on: msg('Uploaded on'), name: msg('Name'), policies: msg('Policies'), users: msg('Users'),
}

interface Translation {
  language?: string
  translation?: string
}

/** The translation into the language shown, exactly or by its family. */
function translated(translations: unknown): string | undefined {
  if (!Array.isArray(translations)) return undefined
  const all = (translations as Translation[]).filter((each) => each?.language && each.translation)
  const met = all.find((each) => each.language === language.value) ?? all.find((each) => family(each.language!) === family(language.value))
  return met?.translation
}

export function fieldName({ collection, field, meta }: Pick<Field, 'collection' | 'field' | 'meta'>): string {
  const own = translated(meta?.translations)
  if (own) return own
  const known = isSystem(collection) ? SYSTEM[field] : undefined
  return known ? t(known) : title(field)
}

export const collectionName = (model: Model, collection: string): string =>
  translated(model.collection(collection)?.meta?.translations) ?? title(collection)
