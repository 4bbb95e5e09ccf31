// What may be asked before anybody is logged in: the first administrator, a new password, an invitation, an account of one's own.
import { acceptUserInvite, passwordRequest, passwordReset, registerUser } from '@directus/sdk'
import { post, send } from './client'

export interface FirstAdmin {
  code: string
  email: string
  password: string
  first_name?: string
  last_name?: string
  project_name?: string
}

/** Members without a value are left out. */
const filled = <T extends object>(values: T): T => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '')) as T

export const setUp = (first: FirstAdmin): Promise<void> => post('/server/setup', filled(first))

/** The letter leads to the page that the server knows; the answer does not tell whether the address is known. */
export const askForPassword = (email: string): Promise<void> => send(passwordRequest(email))
export const setPassword = (token: string, password: string): Promise<void> => send(passwordReset(token, password))
export const acceptInvitation = (token: string, password: string): Promise<void> => send(acceptUserInvite(token, password))

export interface Applicant {
  email: string
  password: string
  first_name: string
  last_name: string
}

export const register = ({ email, password, ...names }: Applicant): Promise<void> => send(registerUser(email, password, filled(names)))

