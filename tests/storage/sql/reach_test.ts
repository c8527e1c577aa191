/** What a process says of a server that comes and goes, while several connections are asked for at once. */

import { deepStrictEqual as equal } from "node:assert/strict";
import type { MasterReach } from "../../../storage/port.ts";
import { Reach } from "../../../storage/sql/reach.ts";

function watched() {
  const reach = new Reach();
  const told: MasterReach[] = [];
  reach.watch((news) => void told.push(news));
  return { reach, told };
}

Deno.test("Reach tells an outage once, and its end once, and knows the latest reason", () => {
  const { reach, told } = watched();

  reach.attempt().failed("refused");
  reach.attempt().failed("refused again");
  equal(reach.trouble, "refused again");
  reach.attempt().reached();
  reach.attempt().reached();

  equal(reach.trouble, null);
  equal(told, [{ available: false, reason: "refused" }, { available: true, reason: "" }]);
});

Deno.test("Reach takes the late failure of an earlier attempt for no new outage", () => {
  const { reach, told } = watched();
  const late = reach.attempt();
  reach.attempt().failed("refused");
  reach.attempt().reached();

  late.failed("not yet accepting connections");
  equal(reach.trouble, null);
  equal(told.length, 2);

  reach.attempt().failed("refused");
  equal(told.length, 3);
});
