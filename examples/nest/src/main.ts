import 'reflect-metadata'
import { NestFactory } from '@nestjs/core'
import { uploadHandler } from 'decant/handler'
import { nestDecant } from 'decant/nest'
import { AppModule } from './app.module.ts'
import { photos } from './photos.ts'

const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] })

// Answers what is refused, and at /photos takes, lists and serves files.
nestDecant(app, { '/photos': uploadHandler(photos, { listing: true }) })

await app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1')
console.log(`${await app.getUrl()}/`)
