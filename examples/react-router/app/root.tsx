import type { ReactNode } from 'react'
import { Links, Meta, Outlet, Scripts } from 'react-router'

export function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Pictures</title>
        <Meta />
        <Links />
      </head>
      <body style={{ maxWidth: '34rem', margin: '8vh auto', padding: '0 1.25rem', fontFamily: 'system-ui' }}>
        {children}
        <Scripts />
      </body>
    </html>
  )
}

export default function App() {
  return <Outlet />
}
