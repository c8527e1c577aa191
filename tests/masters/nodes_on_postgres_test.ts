/** Nodes that die harm nobody else on a Postgres master. */

import { testsOn } from "./support/tests_on.ts";

await testsOn("postgres", "nodes");
