// Where the Studio is, and where the server: the one place that knows. The server names the Studio's own address in the page's
// <base>, since it may be mounted below a path.

const studio = new URL(globalThis.document?.querySelector('base')?.href ?? 'http://localhost/admin/')

/** The path of the Studio, with a slash at both ends. */
export const BASE = studio.pathname

/** The address of the server, without a slash at the end. */
export const SERVER = new URL('..', studio).href.replace(/\/$/, '')

/** The address of its sockets. */
export const SOCKET = `${SERVER.replace(/^http/, 'ws')}/websocket`

/** A page of the Studio as an address for the whole window. */
export const pageAddress = (path: string): string => BASE + path.replace(/^\//, '')
