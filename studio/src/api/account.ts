// One's own account: the row, which of its fields one may change, and the second factor.
import { disableTwoFactor, enableTwoFactor, generateTwoFactorSecret, updateMe } from '@directus/sdk'
import type { Row } from '@/model/types'
import { get, post, send } from './client'

export interface Factor {
  secret: string
  otpauth_url: string
}

export const newFactor = (password: string): Promise<Factor> => send(generateTwoFactorSecret(password))
export const enableFactor = (secret: string, otp: string): Promise<void> => send(enableTwoFactor(secret, otp))
export const disableFactor = (otp: string): Promise<void> => send(disableTwoFactor(otp))
/** Another user's, by an administrator. */
export const disableFactorOf = (user: string): Promise<void> => post(`/users/${encodeURIComponent(user)}/tfa/disable`)
export const saveMe = (values: Row): Promise<Row> => send(updateMe(values as never))

/** The fields of one's own row that one may change; `*` for all. Empty when it cannot be told. */
export async function changeable(): Promise<string[]> {
  const mine = await get<Record<string, { update?: { access: string; fields?: string[] } }>>('/permissions/me').catch(() => null)
  return mine?.directus_users?.update?.fields ?? []
}
