import type { MountedPath } from '../http/incoming.ts'

/**
 * Divides a URL where a framework's route ends: nothing is decoded, so that what is left is as it was sent.
 *
 * @param count segments of the route; negative: those that are left, counted from the end
 */
export function mountedPath({ pathname, search }: URL, count: number): MountedPath {
  const segments = pathname.split('/').slice(1)
  const end = count < 0 ? segments.length + count : count
  const route = segments.slice(0, end).map((segment) => `/${segment}`)
  return { mount: route.join('').replace(/\/$/, ''), target: `/${segments.slice(end).join('/')}${search}` }
}
