// Events and answers that come in one go: the SDK takes one message after the other, and misses none. WHICH: Node's own WebSocket, or
// the package ws as it is.
import { WebSocket as Package } from 'ws';

import { base, check, sdk, until } from './check.mjs';

const { createDirectus, realtime, staticToken } = sdk;
const [token, which] = process.argv.slice(3);
const WebSocket = which === 'ws' ? Package : globalThis.WebSocket;
const client = createDirectus(base, { globals: { WebSocket } }).with(staticToken(token)).with(realtime());
await client.connect();

const events = [];
const { subscription } = await client.subscribe('messages', { query: { fields: ['text'] } });
void (async () => { for await (const { event, data } of subscription) events.push([event, ...data.map(({ text }) => text)]); })();
await until('init', () => events.length === 1);

const answers = [];
client.onWebSocket('message', (message) => { if (message.type === 'items') answers.push(message); });
const texts = Array.from({ length: 40 }, (_, number) => (number === 20 ? 'long '.repeat(20000) : `text ${number}`));
client.sendMessage({ type: 'items', collection: 'messages', action: 'create', data: texts.map((text) => ({ text, user: 'Ben' })) });
await until('all events of one commit', () => events.length === 41);
check('in their order', events.slice(1).every(([event, text], number) => event === 'create' && text === texts[number]), events);
await until('the answer', () => answers.length === 1);
for (let number = 0; number < 30; number += 1) {
  client.sendMessage({ type: 'items', collection: 'messages', action: 'read', query: { limit: 1, filter: { text: { _eq: `text ${number % 10}` } } } });
}
await until('all answers', () => answers.length === 31);
check('in their order', answers.slice(1).every(({ data }, number) => data[0].text === `text ${number % 10}`), answers);
const ends = [];
client.onWebSocket('error', (error) => ends.push(String(error)));
client.onWebSocket('close', () => ends.push('close'));
client.sendMessage({ type: 'items', collection: 'messages', action: 'read', query: { limit: -1 } });
client.disconnect();
await until('the end', () => ends.includes('close'));
check('no error at the end, though an answer is on its way', ends.length === 1, ends);
console.log('burst: good');
process.exit(0);
