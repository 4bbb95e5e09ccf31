// Who is logged in. The session itself is a cookie that scripts cannot read; this only knows that there is one.
import { readMe, updateMe } from '@directus/sdk'
import { reactive } from 'vue'
import { client, get, isRefusal, onRefusal, send } from './client'
import { BASE, pageAddress } from './place'
import { t } from '@/i18n'

export interface Me {
  id: string
  first_name: string | null
  last_name: string | null
  email: string | null
  appearance: 'auto' | 'light' | 'dark' | null
  language: string | null
  /** Concealed; null while there is no second factor. */
  tfa_secret: string | null
  role: { id: string; name: string } | null
}

export const session = reactive({
  me: null as Me | null,
  admin: false,
  app: false,
  /** Whether a policy demands a second factor that is not set up: until then nothing else is open. */
  lacksFactor: false,
  started: false,
  /** Somebody was logged in, and the server does not know them any more. */
  ended: false,
})

const REMEMBER = 'rowcast:remember'
const OPEN = 'rowcast_studio_open'

// A cookie without an end lives in all tabs and dies with the browser: a session that shall not be remembered ends with it.
const mark = (remember: boolean): void => {
  localStorage.setItem(REMEMBER, remember ? '1' : '0')
  document.cookie = `${OPEN}=1; path=${BASE}; SameSite=Strict`
}
/** Whether the last login was to be remembered. */
export const wishedRemembered = (): boolean => localStorage.getItem(REMEMBER) === '1'
const remembered = (): boolean => wishedRemembered() || document.cookie.includes(`${OPEN}=1`)

/** Takes up the session of an earlier visit, if there is one. Never throws. */
export async function start(): Promise<void> {
  if (session.started) return
  session.started = true
  if (localStorage.getItem(REMEMBER) === null) return
  try {
    if (!remembered()) return await end()
    await client.refresh({ mode: 'session' })
    await load()
  } catch {
    session.me = null
  }
}

export async function login(email: string, password: string, otp: string | undefined, remember: boolean): Promise<void> {
  await client.login({ email, password }, { mode: 'session', ...(otp && { otp }) })
  mark(remember)
  await load()
  if (session.admin || session.app) return
  session.me = null
  await end()
  throw new Error(t('This account may not use the Studio. An administrator can give it a policy with Studio access.'))
}

/** Who it is and what they may do, read anew. */
export async function load(): Promise<void> {
  session.me = await send<Me>(readMe({ fields: ['id', 'first_name', 'last_name', 'email', 'appearance', 'language', 'tfa_secret', { role: ['id', 'name'] }] } as never))
  const globals = await get<{ admin_access: boolean; app_access: boolean; enforce_tfa: boolean }>('/policies/me/globals').catch(() => null)
  session.admin = globals?.admin_access ?? false
  session.app = globals?.app_access ?? false
  session.lacksFactor = Boolean(globals?.enforce_tfa) && !session.me.tfa_secret
}

async function end(): Promise<void> {
  await client.logout({ mode: 'session' }).catch(() => undefined)
  localStorage.removeItem(REMEMBER)
  document.cookie = `${OPEN}=; path=${BASE}; max-age=0; SameSite=Strict`
}

/** A refusal may mean that the session is over, by age or by an administrator: one's own row tells. */
let asking: Promise<void> | null = null
onRefusal(() => {
  if (!session.me || session.ended || asking) return
  asking = client.request(readMe({ fields: ['id'] } as never))
    .then(() => undefined, (error) => { session.ended = isRefusal(error) })
    .finally(() => { asking = null })
})

/** Whether a refusal came of a session that is over: then that is what is said, and nothing else. */
export async function hasEnded(): Promise<boolean> {
  await asking
  return session.ended
}

/** Ends the session and begins the page anew, so that nothing of it stays in memory. */
export async function logout(): Promise<void> {
  await end()
  leave()
}

export const leave = (): void => location.assign(pageAddress('/login'))

export async function saveAppearance(appearance: 'auto' | 'light' | 'dark'): Promise<void> {
  if (session.me) session.me.appearance = appearance
  await send(updateMe({ appearance } as never)).catch(() => undefined)
}

export function displayName(user: { first_name?: string | null; last_name?: string | null; email?: string | null; id?: unknown }): string {
  return [user.first_name, user.last_name].filter(Boolean).join(' ') || user.email || String(user.id ?? '')
}
