// The getting-started guide's calls, in its order, with the handlers set before the connection is opened.
import { base, check, sdk, token, until } from './check.mjs';

const { createDirectus, readItem, rest, staticToken, realtime, updateItem } = sdk;
const heard = [], shown = [];

const client = createDirectus(base.replace(/^http/, 'ws') + '/websocket').with(staticToken(token)).with(realtime());
client.onWebSocket('open', () => heard.push({ event: 'open' }));
client.onWebSocket('message', (message) => heard.push(message));
client.onWebSocket('close', () => heard.push({ event: 'close' }));
client.onWebSocket('error', (error) => heard.push({ event: 'error', error: String(error) }));
await client.connect();
await until('auth ok', () => heard.some((m) => m.type === 'auth' && m.status === 'ok'));
check('opened', heard.some((m) => m.event === 'open'), heard);

const { subscription, unsubscribe } = await client.subscribe('messages', { event: 'update', query: { fields: ['user', 'text'] } });
const looping = (async () => { for await (const item of subscription) shown.push(item); })();
const init = await until('init', () => shown.find((m) => m.event === 'init'));
check('an init without data', init.type === 'subscription' && !('data' in init), init);

const create = (text, user) => client.sendMessage({ type: 'items', collection: 'messages', action: 'create', data: { text, user } });
const created = (text) => until(text, () => heard.find((m) => m.type === 'items' && m.data?.text === text));
create('Hello World!', 'Ben');
const first = await created('Hello World!');
create('Hello Universe!', 'Rijk');
const second = await created('Hello Universe!');
check('each reply has its own uid', first.uid !== second.uid, [first, second]);

await new Promise((next) => setTimeout(next, 5));
create('Hello Everyone!', 'Kevin');
const third = await created('Hello Everyone!');
client.sendMessage({ type: 'items', collection: 'messages', action: 'read', query: { limit: 1, sort: '-date_created' } });
const latest = await until('the newest', () => heard.find((m) => m.type === 'items' && Array.isArray(m.data)));
check('one item, the newest', latest.data.length === 1 && latest.data[0].id === third.data.id, latest);
check('creating makes no message', shown.length === 1, shown);

const http = createDirectus(base).with(staticToken(token)).with(rest());
await http.request(updateItem('messages', first.data.id, { text: 'Changed' }));
const update = await until('the update', () => shown.find((m) => m.event === 'update'));
check('only the fields asked for', JSON.stringify(update.data) === JSON.stringify([{ user: 'Ben', text: 'Changed' }]), update);
check('it is stored', (await http.request(readItem('messages', first.data.id))).text === 'Changed');

unsubscribe();
client.disconnect();
await until('close', () => heard.some((m) => m.event === 'close'));
check('no error', !heard.some((m) => m.event === 'error'), heard);
void looping;
console.log('guide: good');
process.exit(0);
