/** The flow of jobs is the same on a Postgres master. */

import { testsOn } from "./support/tests_on.ts";

await testsOn("postgres", "flow");
