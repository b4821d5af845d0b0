import type { Profile } from './profile.ts'

/** A time in XML: some engines have milliseconds there. */
export function exactTime(time: number, { exactTimes }: Profile): string {
  return new Date(exactTimes ? time : Math.floor(time / 1000) * 1000).toISOString()
}
