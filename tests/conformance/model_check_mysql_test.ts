/** The MySQL master answers random sequences of calls as the memory master does. */

import { serverModelCheck } from "./server_conformance.ts";

await serverModelCheck("mysql");
