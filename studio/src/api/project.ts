// What the project is called and which colour it has; known before anybody logs in.
import { serverInfo } from '@directus/sdk'
import { reactive } from 'vue'
import { send } from './client'

const UNCHOSEN = '#6644ff' // what the server answers while nobody has chosen a colour

export const project = reactive({ name: 'Rowcast', appearance: 'auto' as 'auto' | 'light' | 'dark', language: null as string | null })

export async function loadProject(): Promise<void> {
  const info = await send<{ project?: { project_name?: string | null; project_color?: string | null; default_appearance?: 'auto' | 'light' | 'dark' | null; default_language?: string | null } }>(serverInfo()).catch(() => null)
  project.name = info?.project?.project_name || 'Rowcast'
  project.appearance = info?.project?.default_appearance ?? 'auto'
  project.language = info?.project?.default_language ?? null
  const colour = info?.project?.project_color
  const chosen = colour && /^#[0-9a-f]{6}$/i.test(colour) && colour.toLowerCase() !== UNCHOSEN
  if (chosen) document.documentElement.style.setProperty('--project-colour', colour)
  else document.documentElement.style.removeProperty('--project-colour')
}
