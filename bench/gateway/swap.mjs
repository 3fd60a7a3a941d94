// The swap as a Node.js proxy would do it: the body parsed, one field replaced, and written anew.

import { readFileSync } from 'node:fs'

export const [upstream, pairs] = process.argv.slice(2)
const there = new Map(JSON.parse(readFileSync(pairs, 'utf8')))
const back = new Map([...there].map(([app, own]) => [own, app]))

export const swapIn = (order) => ({ ...order, openid: there.get(order.openid) })
export const swapBack = (order) => ({ ...order, openid: back.get(order.openid) })

export const ready = (server, name) => () => {
  // The load comes in turns, with pauses.
  server.keepAliveTimeout = 0
  console.log(`${name}: ready on http://127.0.0.1:${server.address().port}`)
}
