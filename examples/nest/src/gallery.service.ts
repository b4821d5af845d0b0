import { Injectable } from '@nestjs/common'
import { photos } from './photos.ts'

@Injectable()
export class GalleryService {
  /** In the place of a database. */
  readonly #titles = new Map<string, string>()

  name(key: string, title: string): void {
    this.#titles.set(key, title)
  }

  async pictures(): Promise<{ title: string; url: string }[]> {
    const { files } = await photos.list({ order: 'newest' })
    return files.map((file) => ({ title: this.#titles.get(file.key) ?? file.filename, url: photos.url(file) }))
  }
}
