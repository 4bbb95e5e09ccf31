// The colour of each verb of HTTP.
export const METHOD_COLOURS = { GET: 'info', POST: 'success', PATCH: 'warning', DELETE: 'error' } as const
