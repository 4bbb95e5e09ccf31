// What the project is called and which colour it has; known before anybody logs in.
import { serverInfo } from '@directus/sdk'
import { reactive } from 'vue'
import { send } from './client'
import { SERVER } from './place'

export const UNCHOSEN = '#6644ff' // what the server answers while nobody has chosen a colour

interface Told {
  setupCompleted?: boolean
  project?: {
    project_name?: string | null
    project_color?: string | null
    project_logo?: string | null
    default_appearance?: 'auto' | 'light' | 'dark' | null
    default_language?: string | null
    public_note?: string | null
    public_registration?: boolean | null
    public_registration_verify_email?: boolean | null
  }
}

export const project = reactive({
  name: 'Rowcast',
  appearance: 'auto' as 'auto' | 'light' | 'dark',
  language: null as string | null,
  /** The address of the logo. */
  logo: null as string | null,
  note: '',
  registration: false,
  /** Whether who registers has to confirm the address. */
  verifies: true,
  /** Whether there is an administrator. */
  setUp: true,
})

export async function loadProject(): Promise<void> {
  const info = await send<Told>(serverInfo()).catch(() => null)
  const told = info?.project ?? {}
  Object.assign(project, {
    name: told.project_name || 'Rowcast',
    appearance: told.default_appearance ?? 'auto',
    language: told.default_language ?? null,
    logo: told.project_logo ? `${SERVER}/assets/${told.project_logo}` : null,
    note: told.public_note ?? '',
    registration: Boolean(told.public_registration),
    verifies: told.public_registration_verify_email ?? true,
    setUp: info?.setupCompleted ?? true,
  })
  colour(told.project_color)
}

function colour(chosen: string | null | undefined): void {
  const style = document.documentElement.style
  if (chosen && /^#[0-9a-f]{6}$/i.test(chosen) && chosen.toLowerCase() !== UNCHOSEN) style.setProperty('--project-colour', chosen)
  else style.removeProperty('--project-colour')
}
