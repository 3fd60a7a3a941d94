// Express in front, fetch behind: the way it is mostly written.

import express from 'express'
import { ready, swapBack, swapIn, upstream } from './swap.mjs'

const app = express()
app.use(express.json({ limit: '1mb' }))

app.use(async (request, response) => {
  const order = swapIn(request.body)
  const answer = await fetch(upstream + request.originalUrl, {
    method: request.method,
    headers: { 'content-type': 'application/json', 'x-wx-openid': order.openid },
    body: JSON.stringify(order)
  })
  response.status(answer.status).json(swapBack(await answer.json()))
})

const server = app.listen(0, '127.0.0.1', () => ready(server, 'express')())
