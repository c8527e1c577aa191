/** Nodes that die harm nobody else on a MySQL master. */

import { testsOn } from "./support/tests_on.ts";

await testsOn("mysql", "nodes");
