// A small, safe Markdown: text is escaped first, so only what is written here can become an element. Pure.

const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[sign]!)

function inline(text: string): string {
  return escape(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replace(/(^|\W)[*_]([^*_]+)[*_](?=\W|$)/g, '$1<em>$2</em>')
    .replace(/\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)/g, '<a href="$2" rel="noreferrer noopener" target="_blank">$1</a>')
}

function block(lines: string[]): string {
  const [first = ''] = lines
  const heading = /^(#{1,4})\s+(.*)$/.exec(first)
  if (heading && lines.length === 1) return `<h${heading[1]!.length + 2}>${inline(heading[2]!)}</h${heading[1]!.length + 2}>`
  if (lines.every((line) => /^[-*]\s/.test(line))) return `<ul>${lines.map((line) => `<li>${inline(line.slice(2))}</li>`).join('')}</ul>`
  if (lines.every((line) => /^\d+\.\s/.test(line))) return `<ol>${lines.map((line) => `<li>${inline(line.replace(/^\d+\.\s/, ''))}</li>`).join('')}</ol>`
  if (lines.every((line) => line.startsWith('>'))) return `<blockquote>${lines.map((line) => inline(line.slice(1).trim())).join('<br>')}</blockquote>`
  return `<p>${lines.map(inline).join('<br>')}</p>`
}

export function markdown(text: string): string {
  return text.split(/```/).map((part, index) => index % 2
    ? `<pre><code>${escape(part.replace(/^\w*\n/, ''))}</code></pre>`
    : part.split(/\n\s*\n/).map((each) => each.trim()).filter(Boolean).map((each) => block(each.split('\n'))).join('')).join('')
}
