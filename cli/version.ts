/**
 * The program's version.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };

/** As the package says it, e.g. `0.1.0`. */
export const VERSION: string = config.version;
