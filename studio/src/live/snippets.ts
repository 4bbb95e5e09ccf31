// Ready-made frames and programs, filled in with the server's address and a collection. Pure.
import { t } from '@/i18n'

export interface Frame {
  label: string
  text: string
}

export interface Example {
  collection: string
  /** Columns that may be written, for the example of a new item. */
  columns: string[]
}

const pretty = (value: unknown): string => JSON.stringify(value, null, 2)

const sample = (columns: string[]): Record<string, string> => Object.fromEntries(columns.slice(0, 2).map((name) => [name, 'Hello']))

export function frames({ collection, columns }: Example): Frame[] {
  return [
    { label: t('Subscribe'), text: pretty({ type: 'subscribe', collection, query: { fields: ['*'], limit: 10 }, uid: 'all' }) },
    { label: t('Subscribe to updates'), text: pretty({ type: 'subscribe', collection, event: 'update', uid: 'updates' }) },
    { label: t('Unsubscribe'), text: pretty({ type: 'unsubscribe', uid: 'all' }) },
    { label: t('Create an item'), text: pretty({ type: 'items', action: 'create', collection, data: sample(columns) }) },
    { label: t('Read items'), text: pretty({ type: 'items', action: 'read', collection, query: { limit: 5 } }) },
    { label: t('Ping'), text: pretty({ type: 'ping' }) },
  ]
}

export function javascript(origin: string, { collection, columns }: Example): string {
  return `import { createDirectus, realtime, staticToken } from '@directus/sdk'

const client = createDirectus('${origin}')
  .with(staticToken('YOUR-TOKEN'))
  .with(realtime())

await client.connect()

client.onWebSocket('message', (message) => console.log(message))

client.sendMessage({
  type: 'items',
  action: 'create',
  collection: '${collection}',
  data: ${JSON.stringify(sample(columns))},
})

const { subscription } = await client.subscribe('${collection}', { event: 'update' })
for await (const change of subscription) console.log(change)
`
}

export function python(origin: string, { collection, columns }: Example): string {
  return `import asyncio, json
import websockets

async def main():
    async with websockets.connect("${origin.replace(/^http/, 'ws')}/websocket") as socket:
        send = lambda frame: socket.send(json.dumps(frame))
        await send({"type": "auth", "access_token": "YOUR-TOKEN"})
        print(await socket.recv())
        await send({"type": "subscribe", "collection": "${collection}", "uid": "all"})
        await send({"type": "items", "action": "create", "collection": "${collection}",
                    "data": ${JSON.stringify(sample(columns))}})
        async for text in socket:
            frame = json.loads(text)
            if frame["type"] == "ping":
                await send({"type": "pong"})
            else:
                print(frame)

asyncio.run(main())
`
}
