// node:http in front, undici behind.

import { createServer } from 'node:http'
import { Pool } from 'undici'
import { ready, swapBack, swapIn, upstream } from './swap.mjs'

const pool = new Pool(upstream, { connections: 64 })

const server = createServer((request, response) => {
  const pieces = []
  request.on('data', (piece) => pieces.push(piece))
  request.on('end', async () => {
    const order = swapIn(JSON.parse(Buffer.concat(pieces).toString()))
    const { host, connection, authorization, ...headers } = request.headers
    const body = JSON.stringify(order)
    headers['content-length'] = Buffer.byteLength(body)
    headers['x-wx-openid'] = order.openid
    const answer = await pool.request({ path: request.url, method: request.method, headers, body })
    const text = JSON.stringify(swapBack(await answer.body.json()))
    const { 'content-length': _, connection: __, ...kept } = answer.headers
    response.writeHead(answer.statusCode, { ...kept, 'content-length': Buffer.byteLength(text) })
    response.end(text)
  })
})

server.listen(0, '127.0.0.1', ready(server, 'undici'))
