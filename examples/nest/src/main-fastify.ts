import 'reflect-metadata'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { uploadHandler } from 'decant/handler'
import { nestDecant } from 'decant/nest'
import { AppModule } from './app.module.ts'
import { photos } from './photos.ts'

const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), {
  logger: ['warn', 'error'],
})

// The same on Fastify: forms stay unread for the routes, too.
nestDecant(app, { '/photos': uploadHandler(photos, { listing: true }) })

await app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1')
console.log(`${await app.getUrl()}/`)
