// multer on Express, to disk: its README's first example.
import { createServer } from 'node:http'
import express from 'express'
import multer from 'multer'
import { runServer } from '../server/run-server.ts'
import { LIMITS } from './limits.ts'

await runServer((folder) => {
  const upload = multer({ dest: folder, limits: LIMITS })
  const app = express()
  app.post('/', upload.single('file'), (request, response) => {
    response.status(201).json({ name: request.file.originalname, size: request.file.size })
  })
  return createServer({ requestTimeout: 0 }, app)
})
