import type { ReactNode } from 'react'

export const metadata = { title: 'Documents' }

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body style={{ maxWidth: '34rem', margin: '8vh auto', padding: '0 1.25rem', fontFamily: 'system-ui' }}>
        <main>{children}</main>
      </body>
    </html>
  )
}
