// Signing in with the SDK: by password, refreshed, in strict mode over the socket, and a subscription that survives a cut.
import { base, check, sdk, until } from './check.mjs';

const { authentication, createDirectus, createItem, deleteItem, readItems, readMe, realtime, rest, updateItem } = sdk;
const client = createDirectus(base).with(authentication('json', { autoRefresh: false })).with(rest()).with(realtime({ authMode: 'strict' }));

await client.login({ email: 'ben@example.com', password: 'secret-ben' });
const before = await client.getToken();
check('who am I', (await client.request(readMe({ fields: ['id'] }))).id);
await new Promise((next) => setTimeout(next, 1100));
await client.refresh();
check('a new token', (await client.getToken()) !== before);

const seen = [];
const { subscription } = await client.subscribe('messages', { query: { fields: ['id', 'text'], sort: 'id' } });
void (async () => { for await (const each of subscription) seen.push(each); })();
await until('init', () => seen.find((m) => m.event === 'init'));
const made = await client.request(createItem('messages', { text: 'one', user: 'Ben' }));
await until('create', () => seen.find((m) => m.event === 'create' && m.data[0].text === 'one'));
await client.request(updateItem('messages', made.id, { text: 'two' }));
await until('update', () => seen.find((m) => m.event === 'update' && m.data[0].text === 'two'));

const rows = await client.request(readItems('messages', { filter: { text: { _eq: 'two' } }, fields: ['user'] }));
check('read by filter', JSON.stringify(rows) === '[{"user":"Ben"}]', rows);
const refused = await client.request(deleteItem('messages', made.id)).catch((error) => error);
check('no right to delete', refused?.errors?.[0]?.extensions?.code === 'FORBIDDEN', refused);
client.disconnect();
await client.logout();
console.log('session: good');
process.exit(0);
