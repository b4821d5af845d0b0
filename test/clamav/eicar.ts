/**
 * The test file that every virus scanner takes for a virus by agreement. It is put together here, so that scanners let
 * this repository be.
 */
export const EICAR: string = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE', '!$H+H*'].join('')
