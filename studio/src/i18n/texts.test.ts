import { expect, it } from 'vitest'
import { bare, sentences } from './texts'

const page = (template: string, script = ''): { file: string; text: string } => ({ file: 'A.vue', text: `<script setup lang="ts">\n${script}\n</script>\n<template>${template}</template>` })

it('finds the sentences given to t and msg', () => {
  expect(sentences(page('{{ t(\'It\\\'s here\') }}<p :title="t(\'A {n}\', { n: 1 })" />', "const a = msg('B'); set('c')"))).toEqual(['B', "It's here", 'A {n}'])
})
it('finds texts that were forgotten, in templates and scripts', () => {
  expect(bare(page('<p title="Some help">Hello</p>'))).toEqual(['Some help', 'Hello'])
  expect(bare(page('<p :title="open ? \'Shut it\' : x">{{ a ?? \'None yet\' }}</p>'))).toEqual(['Shut it', 'None yet'])
  expect(bare(page('<p :aria-label="`Width of ${x}`" />'))).toEqual(['`Width of ${x}`'])
  expect(bare(page('', "const menu = [{ label: 'Do it', icon: 'i-lucide-x' }]"))).toEqual(['Do it'])
})
it('leaves names, code and what is said alone', () => {
  expect(bare(page('<code>SELECT it</code><p :class="`Some class`" :title="t(`x`)">{{ t(\'Fine\') }} · {{ n }}</p>'))).toEqual([])
})
