import type { NextConfig } from 'next'

// Next.js reads the form of a server action into memory, at most so much of it. An avatar has at most 4 MiB.
const config: NextConfig = { experimental: { serverActions: { bodySizeLimit: '16mb' } } }

export default config
