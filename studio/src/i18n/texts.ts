// Finds the texts of the source: the sentences that are put into words, and those that somebody forgot. For the checks; no page loads it.
import { parse } from '@vue/compiler-sfc'
import ts from 'typescript'

export interface Source {
  file: string
  text: string
}

/** Attributes and properties that a person reads or hears. */
const SEEN = new Set([
  'label', 'placeholder', 'title', 'description', 'help', 'heading', 'text', 'action', 'hint', 'about', 'alt', 'caption', 'aria-label', 'aria-description',
])
/** Technical names, samples of a form, and proper names are the same in every language. */
const NAMES = /^[a-z][\w.-]*$|^#[0-9a-f]{6}$|^[a-z]{2}-[A-Z]{2}$|^[A-Z0-9-]+$|^\{\{\w+\}\}$|^(JavaScript|Python|OpenAPI|Rowcast)$/
const isText = (text: string): boolean => /\p{L}{2}/u.test(text) && !NAMES.test(text.trim())

/** The sentences given to `t` and `msg` as literals. */
export function sentences({ text }: Source): string[] {
  const calls = text.matchAll(/(?<![\w.$])(?:t|msg)\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g)
  return [...calls].map((call) => (call[1] ?? call[2]!).replace(/\\(.)/g, '$1'))
}

/** Texts in templates and in tables of the script that do not go through `t` or `msg`. */
export function bare(source: Source): string[] {
  if (!source.file.endsWith('.vue')) return inScript(source.text)
  const { descriptor } = parse(source.text, { filename: source.file, sourceMap: false })
  return [...inScript(descriptor.scriptSetup?.content ?? ''), ...(descriptor.template?.ast?.children ?? []).flatMap(inNode)]
}

type Node = NonNullable<NonNullable<ReturnType<typeof parse>['descriptor']['template']>['ast']>['children'][number]

function inNode(node: Node): string[] {
  if (node.type === 2) return isText(node.content) ? [node.content.trim()] : []
  if (node.type === 5) return inScript(`(${expression(node.content)})`, true)
  if (node.type !== 1 || node.tag === 'pre') return []
  const attributes = node.props.flatMap((each) => {
    if (each.type === 6) return SEEN.has(each.name) && each.value && isText(each.value.content) ? [each.value.content] : []
    const name = expression(each.arg)
    return each.name === 'bind' && each.exp ? inScript(`(${expression(each.exp)})`, SEEN.has(name)) : []
  })
  return [...attributes, ...(node.tag === 'code' ? [] : node.children.flatMap(inNode))]
}

const expression = (node: unknown): string => String((node as { content?: unknown } | undefined)?.content ?? '')

/** `shown`: the value of the script itself is read by a person. */
function inScript(code: string, shown = false): string[] {
  const file = ts.createSourceFile('script.ts', code, ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: ts.Node, seen: boolean): void => {
    if (ts.isStringLiteralLike(node)) { if (seen && isText(node.text)) found.push(node.text) }
    else if (ts.isTemplateExpression(node)) {
      const words = [node.head.text, ...node.templateSpans.map((each) => each.literal.text)].join(' ')
      if (seen && /\p{L}{2}/u.test(words)) found.push(node.getText(file))
    } else if (ts.isPropertyAssignment(node)) visit(node.initializer, SEEN.has(node.name.getText(file).replace(/'/g, '')))
    else if (ts.isConditionalExpression(node)) [node.whenTrue, node.whenFalse].forEach((each) => visit(each, seen))
    else if (ts.isParenthesizedExpression(node) || (ts.isBinaryExpression(node) && /^(\?\?|\|\||&&|\+)$/.test(node.operatorToken.getText(file)))) {
      node.forEachChild((each) => visit(each, seen))
    } else node.forEachChild((each) => visit(each, false))
  }
  visit(file, false)
  if (shown) file.statements.forEach((each) => { if (ts.isExpressionStatement(each)) visit(each.expression, true) })
  return found
}
