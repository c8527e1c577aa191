/** The MySQL agent connection keeps the promises of the transport port behind its actor in a thread. */

import { serverTransports } from "./conformance/server_transports.ts";

await serverTransports("mysql", "in a thread");
