import { Body, Controller, Get, Header, Post, Req, Res, UseInterceptors } from '@nestjs/common'
import { receive } from 'decant'
import type { AnyRequest } from 'decant'
import { FormInterceptor } from 'decant/nest'
import type { Received } from 'decant/nest'
import { galleryPage } from './gallery-page.ts'
import { GalleryService } from './gallery.service.ts'
import { photoForm, photos } from './photos.ts'

/** The part that Express and Fastify have in common. */
interface Answer {
  status(code: number): unknown
  header(name: string, value: string): unknown
}

@Controller()
export class GalleryController {
  constructor(private readonly gallery: GalleryService) {}

  @Get()
  @Header('content-type', 'text/html')
  async page(): Promise<string> {
    return galleryPage(await this.gallery.pictures())
  }

  // A typed form, and its page again if something is wrong with it.
  @Post()
  @Header('content-type', 'text/html')
  async send(@Req() request: AnyRequest, @Res({ passthrough: true }) answer: Answer): Promise<string> {
    const result = await photoForm.attempt(request, ({ title, photo }) => this.gallery.name(photo.key, title))
    if (!result.ok) {
      answer.status(result.error.status)
      return galleryPage(await this.gallery.pictures(), result)
    }
    answer.status(303)
    answer.header('location', '/')
    return ''
  }

  // The same form for programs: if this method throws, no file of it is kept.
  @Post('posts')
  @UseInterceptors(FormInterceptor(photoForm))
  create(@Body() { title, photo }: Received<typeof photoForm>): { title: string; url: string } {
    this.gallery.name(photo.key, title)
    return { title, url: photos.url(photo) }
  }

  // A form as fields and files; nothing is kept.
  @Post('measure')
  async measure(@Req() request: AnyRequest): Promise<{ name: string; size: number }> {
    const upload = await receive(request, { maxFileSize: 1024 ** 2 })
    try {
      const { name, size } = upload.files.required('file')
      return { name, size }
    } finally {
      await upload.dispose()
    }
  }

  // A file under the policy of a set.
  @Post('avatar')
  async avatar(@Req() request: AnyRequest): Promise<object> {
    const upload = await receive(request)
    try {
      const avatar = await photos.save(upload.files.required('file'), { name: 'avatar.' })
      return { ...avatar, url: photos.url(avatar) }
    } finally {
      await upload.dispose()
    }
  }
}
