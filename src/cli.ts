#!/usr/bin/env node
/**
 * The command `decant`.
 *
 * @module
 */
import { main } from './cli/main.ts'

// This file is one folder below the package's own, built or not.
const root = new URL('../', import.meta.url)

// Not process.exit(): the clean-up ends first.
process.exitCode = await main({ typed: process.argv.slice(2), environment: process.env, root })
