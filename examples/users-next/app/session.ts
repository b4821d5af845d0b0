import { createHmac, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'
import { cookies } from 'next/headers'
import { addUser, userById, userNamed } from './database'
import type { User } from './database'

const COOKIE = 'session'
const DAY = 24 * 60 * 60

/** Without it, a restart signs all users out. */
export const secret = (process.env['SESSION_SECRET'] ??= randomBytes(32).toString('hex'))

/** Signs a user in, or up if the name is new. False if the password is wrong. */
export async function signIn(name: string, password: string): Promise<boolean> {
  const user = userNamed(name)
  if (user !== undefined && !isPassword(password, user.password)) return false
  const id = user?.id ?? addUser(name, hash(password))
  const content = `${id}.${Date.now() + DAY * 1000}`
  // Behind HTTPS, add `secure: true`.
  const options = { httpOnly: true, sameSite: 'lax', path: '/', maxAge: DAY } as const
  ;(await cookies()).set(COOKIE, `${content}.${sign(content)}`, options)
  return true
}

export async function signOut(): Promise<void> {
  ;(await cookies()).delete(COOKIE)
}

/** The user of a request, in pages and in server actions. */
export async function currentUser(): Promise<User | undefined> {
  return userOf(await cookies())
}

/** The user of a cookie that this server has signed, and that has not expired. */
export function userOf(jar: { get(name: string): { value: string } | undefined }): User | undefined {
  const [id = '', expires = '', signature = ''] = jar.get(COOKIE)?.value.split('.') ?? []
  if (!isEqual(signature, sign(`${id}.${expires}`)) || Number(expires) < Date.now()) return undefined
  return userById(Number(id))
}

function sign(content: string): string {
  return createHmac('sha256', secret).update(content).digest('hex')
}

function hash(password: string, salt: string = randomBytes(16).toString('hex')): string {
  return `${salt}.${scryptSync(password, salt, 32).toString('hex')}`
}

function isPassword(password: string, stored: string): boolean {
  return isEqual(hash(password, stored.split('.')[0]), stored)
}

function isEqual(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}
