// How a field may be edited: the catalogue of interfaces, under their names on the wire. Pure.
import { msg } from '@/i18n'

export type Widget =
  | 'text' | 'textarea' | 'number' | 'toggle' | 'moment' | 'select' | 'radio' | 'checks' | 'tags'
  | 'code' | 'markdown' | 'html' | 'password' | 'color' | 'slider' | 'uuid' | 'm2o' | 'list' | 'translations' | 'file' | 'image'

export type OptionKind = 'text' | 'number' | 'toggle' | 'choices' | 'folder'

export interface OptionSpec {
  key: string
  label: string
  kind: OptionKind
  /** Only for fields that hold numbers. */
  numeric?: boolean
}

export interface InterfaceInfo {
  id: string
  label: string
  hint: string
  icon: string
  widget: Widget
  /** The types it can edit; the first is proposed. */
  types: readonly string[]
  options: readonly OptionSpec[]
}

const placeholder: OptionSpec = { key: 'placeholder', label: msg('Placeholder'), kind: 'text' }
const choices: OptionSpec = { key: 'choices', label: msg('Choices'), kind: 'choices' }
const folder: OptionSpec = { key: 'folder', label: msg('Folder for uploads'), kind: 'folder' }
const range: OptionSpec[] = [
  { key: 'min', label: msg('Minimum'), kind: 'number', numeric: true },
  { key: 'max', label: msg('Maximum'), kind: 'number', numeric: true },
  { key: 'step', label: msg('Step'), kind: 'number', numeric: true },
]

const of = (
  id: string, label: string, hint: string, icon: string, widget: Widget, types: string, options: OptionSpec[] = [],
): InterfaceInfo => ({ id, label, hint, icon, widget, types: types.split(' '), options })

const GEOMETRY = 'geometry geometry.Point geometry.LineString geometry.Polygon geometry.MultiPoint '
  + 'geometry.MultiLineString geometry.MultiPolygon'

export const INTERFACES: readonly InterfaceInfo[] = [
  of('input', msg('Input'), msg('One line of text or a number'), 'i-lucide-text-cursor-input', 'text',
    'string text integer bigInteger float decimal uuid', [placeholder, ...range]),
  of('input-multiline', msg('Text area'), msg('Several lines of plain text'), 'i-lucide-align-left', 'textarea', 'text string',
    [placeholder]),
  of('input-rich-text-md', msg('Markdown'), msg('Formatted text with a preview'), 'i-lucide-pilcrow', 'markdown', 'text string',
    [placeholder]),
  of('input-rich-text-html', msg('Formatted text'), msg('Written as it will look, stored as HTML'), 'i-lucide-type', 'html', 'text string'),
  of('boolean', msg('Toggle'), msg('Yes or no'), 'i-lucide-toggle-right', 'toggle', 'boolean',
    [{ key: 'label', label: msg('Label'), kind: 'text' }]),
  of('datetime', msg('Date and time'), msg('A moment, a day or a time of day'), 'i-lucide-calendar-clock', 'moment',
    'timestamp dateTime date time'),
  of('select-dropdown', msg('Dropdown'), msg('One of several choices'), 'i-lucide-chevrons-up-down', 'select',
    'string integer bigInteger float decimal text', [choices]),
  of('select-radio', msg('Radio buttons'), msg('One of a few choices'), 'i-lucide-circle-dot', 'radio',
    'string integer bigInteger float', [choices]),
  of('select-multiple-checkbox', msg('Checkboxes'), msg('Any number of choices'), 'i-lucide-list-checks', 'checks', 'json csv',
    [choices]),
  of('tags', msg('Tags'), msg('Free words'), 'i-lucide-tags', 'tags', 'json csv', [placeholder]),
  of('input-code', msg('JSON'), msg('Structured data'), 'i-lucide-braces', 'code', `json text string binary ${GEOMETRY}`),
  of('input-hash', msg('Hashed secret'), msg('Stored as a hash, never shown'), 'i-lucide-key-round', 'password', 'hash'),
  of('file', msg('File'), msg('One file of the library'), 'i-lucide-paperclip', 'file', 'uuid', [folder]),
  of('file-image', msg('Image'), msg('One picture of the library'), 'i-lucide-image', 'image', 'uuid', [folder]),
  of('select-color', msg('Colour'), msg('A colour code'), 'i-lucide-palette', 'color', 'string'),
  of('slider', msg('Slider'), msg('A number within bounds'), 'i-lucide-sliders-horizontal', 'slider', 'integer float decimal',
    range),
]

/** Where the first that fits would be too special. */
const USUAL: Record<string, string> = { json: 'input-code', csv: 'tags', integer: 'input' }
/** Those that suit a type without being chosen: a file is a relation too. */
const PLAIN = INTERFACES.filter((each) => each.widget !== 'file' && each.widget !== 'image')
const known = new Map(INTERFACES.map((each) => [each.id, each]))
const alike: Record<string, string> = {
  'input-autocomplete-api': 'input',
  'select-multiple-dropdown': 'select-multiple-checkbox',
  'system-token': 'input',
}

export const interfaceNamed = (id: string): InterfaceInfo => known.get(id) ?? INTERFACES[0]!

/** The interface of a field, or the one that suits its type when it has none or one we do not know. */
export function interfaceFor(id: string | null | undefined, type: string): InterfaceInfo {
  const named = known.get(id ?? '') ?? known.get(alike[id ?? ''] ?? '')
  if (named && (named.types.includes(type) || named.id === 'input')) return named
  return known.get(USUAL[type] ?? '') ?? PLAIN.find((each) => each.types[0] === type) ?? PLAIN.find((each) => each.types.includes(type)) ?? INTERFACES[0]!
}
