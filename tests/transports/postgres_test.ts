/** The Postgres agent connection keeps the promises of the transport port. */

import { serverTransports } from "./conformance/server_transports.ts";

await serverTransports("postgres", "directly");
