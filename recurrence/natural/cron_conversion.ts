/**
 * From natural expressions to classic cron patterns.
 *
 * @module
 */

import { JobMasterError } from "../../core/errors.ts";
import type { NaturalExpression } from "./ast.ts";
import { exactCron } from "./cron_exact.ts";
import { literalCron } from "./cron_literal.ts";
import type { CronOptions } from "./cron_options.ts";
import { printNatural } from "./print.ts";

/**
 * The cron pattern of an expression.
 *
 * @throws {JobMasterError} `unsupported` with every reason when there is none.
 */
export function convertToCron(expression: NaturalExpression, options: CronOptions): string {
  const { text, problems } = options.exact === false
    ? literalCron(expression, options)
    : exactCron(expression, options);
  const isForgiven = options.exact === false && options.omit === true;
  if (text !== null && (problems.length === 0 || isForgiven)) return text;
  const shown = JSON.stringify(printNatural(expression));
  throw new JobMasterError(
    "unsupported",
    `Cannot write ${shown} as a cron pattern: ${problems.join("; ")}`,
    { problems },
  );
}
