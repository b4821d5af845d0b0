/** A complete object. */
export interface StoredObject {
  readonly bytes: Buffer
  /** In quotes. */
  readonly etag: string
  /** The headers that its reader gets: type, disposition, metadata, ... */
  readonly headers: ReadonlyMap<string, string>
  /** Checksums, by the name of their header. */
  readonly checksums: ReadonlyMap<string, string>
  /** Milliseconds since 1970. */
  readonly modified: number
  readonly uploadId?: string
}

/** A part of an upload. */
export interface UploadedPart {
  readonly bytes: Buffer
  readonly etag: string
  readonly modified: number
  readonly checksums: ReadonlyMap<string, string>
}

/** An upload in parts that is neither completed nor aborted. */
export interface OpenUpload {
  readonly id: string
  readonly key: string
  readonly headers: ReadonlyMap<string, string>
  readonly initiated: number
  /** The header of the checksum that every part needs, if one was announced. */
  readonly checksumHeader: string | undefined
  readonly parts: Map<number, UploadedPart>
}

/** How far a Complete has come. Until its answer is sent, Ceph lets an Abort destroy the bytes. */
export interface Completion {
  readonly key: string
  state: 'writing' | 'answering' | 'done'
  etag: string
}

/** The state of one bucket. */
export class Bucket {
  readonly name: string
  readonly objects: Map<string, StoredObject> = new Map()
  readonly uploads: Map<string, OpenUpload> = new Map()
  /** By the id of the upload. */
  readonly completions: Map<string, Completion> = new Map()
  /** The ids of uploads whose bytes the next garbage collection destroys, although they were completed. */
  readonly doomed: Set<string> = new Set()
  /** Objects that are listed, but whose bytes are gone. */
  readonly #rotten: WeakSet<StoredObject> = new WeakSet()
  createdUploads = 0
  /** The rules as they came, in XML. */
  lifecycle: string | undefined

  constructor(name: string) {
    this.name = name
  }

  isRotten(object: StoredObject): boolean {
    return this.#rotten.has(object)
  }

  collectGarbage(): void {
    for (const object of this.objects.values()) {
      if (object.uploadId !== undefined && this.doomed.has(object.uploadId)) this.#rotten.add(object)
    }
  }
}
