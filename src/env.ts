/**
 * Upload sets on disk, configured by the environment as Flask-Uploads' are.
 *
 * @module
 */
export { setsFromEnv } from './environment/sets-from-env.ts'
export type { SetDeclaration, SetsByName, SetsFromEnvOptions } from './environment/sets-from-env.ts'
export type { Environment } from './environment/set-variables.ts'
