// Files of the library that are drawn from one place to another, and files that come from outside.
const TYPE = 'application/x-rowcast-files'

export function startDrag(event: DragEvent, ids: readonly string[]): void {
  event.dataTransfer?.setData(TYPE, JSON.stringify(ids))
  if (event.dataTransfer) event.dataTransfer.effectAllowed = 'move'
}

export const fromOutside = (event: DragEvent): boolean => Boolean(event.dataTransfer?.types.includes('Files') && !event.dataTransfer.types.includes(TYPE))

/** Whether something is drawn that can be put into a folder. */
export const isDrag = (event: DragEvent): boolean => fromOutside(event) || Boolean(event.dataTransfer?.types.includes(TYPE))

/** The keys of the files of the library that are dropped. */
export function dragged(event: DragEvent): string[] {
  try {
    return JSON.parse(event.dataTransfer?.getData(TYPE) || '[]') as string[]
  } catch {
    return []
  }
}
