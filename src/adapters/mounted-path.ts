import type { MountedPath } from '../http/incoming.ts'

/**
 * Divides a URL at the end of a framework's route. It decodes nothing, so the rest is as it was sent.
 *
 * @param count segments of the route; negative: the number of segments of the rest
 */
export function mountedPath({ pathname, search }: URL, count: number): MountedPath {
  const segments = pathname.split('/').slice(1)
  const end = count < 0 ? segments.length + count : count
  const route = segments.slice(0, end).map((segment) => `/${segment}`)
  return { mount: route.join('').replace(/\/$/, ''), target: `/${segments.slice(end).join('/')}${search}` }
}
