/** The flow of jobs is the same on a MySQL master. */

import { testsOn } from "./support/tests_on.ts";

await testsOn("mysql", "flow");
