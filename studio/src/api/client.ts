// The one client of the server. Everything the Studio asks goes through the official SDK; pages use the modules beside.
import {
  authentication, createDirectus, customEndpoint, realtime, rest, type RequestOptions, type RestCommand,
} from '@directus/sdk'
import { SERVER, SOCKET } from './place'

// The schema is only known at run time, so the SDK's compile-time schema stays open.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Schema = any

export const client = createDirectus<Schema>(SERVER)
  .with(authentication('session', { credentials: 'same-origin' }))
  .with(rest({ credentials: 'same-origin' }))
  .with(realtime({ url: SOCKET, authMode: 'public', reconnect: { delay: 1500, retries: 10_000 } }))

export type Query = Record<string, unknown>

const REFUSALS = [401, 403]
let refused: () => void = () => undefined

/** Calls back whenever the server refuses something: it may be that nobody is logged in any more. */
export const onRefusal = (work: () => void): void => { refused = work }

export const isRefusal = (error: unknown): boolean => REFUSALS.includes((error as { response?: Response } | null)?.response?.status ?? 0)

export async function send<T>(command: RestCommand<unknown, Schema>): Promise<T> {
  try {
    return await client.request(command as RestCommand<T, Schema>)
  } catch (error) {
    if (isRefusal(error)) refused()
    throw error
  }
}

const call = <T>(options: RequestOptions): Promise<T> => send<T>(customEndpoint<T>(options))

export const get = <T>(path: string, query: Query = {}): Promise<T> =>
  call<T>({ method: 'GET', path, params: query })

const withBody = (method: 'POST' | 'PATCH' | 'DELETE') =>
  <T>(path: string, body?: unknown): Promise<T> =>
    call<T>({ method, path, ...(body !== undefined && { body: JSON.stringify(body) }) })

export const post = withBody('POST')
export const patch = withBody('PATCH')
export const remove = withBody('DELETE')
