/**
 * Begins a life where its spec says: here, in a thread, or in a process.
 *
 * @module
 */

import { InlineLife } from "./inline_life.ts";
import type { Placement } from "./definition.ts";
import type { LifeFactory, LooseSpec } from "./life.ts";
import type { OpenPort } from "./port.ts";
import type { Realm } from "./realm.ts";
import { RemoteLife } from "./remote_life.ts";
import { openThread } from "./thread_port.ts";

/** Begins lives for the actors of one thread. */
export function lifeFactory(realm: Realm): LifeFactory {
  const createLife: LifeFactory = (options) => {
    switch (placementOf(options.spec, realm)) {
      case "inline":
        return new InlineLife({ ...options, realm, createLife });
      case "thread":
        return new RemoteLife({ ...options, realm, open: openThread });
      case "process":
        return new RemoteLife({ ...options, realm, open: openProcess });
    }
  };
  return createLife;
}

/** Where an actor runs: what asks for a thread stays here when there are none to be had. */
function placementOf({ placement = "inline" }: LooseSpec, { threads }: Realm): Placement {
  return placement === "thread" && !threads ? "inline" : placement;
}

/** Loads the process port when it is first needed: its modules would cost every thread half of its start. */
const openProcess: OpenPort = async (options) => {
  const { openProcess: open } = await import("./process_port.ts");
  return open(options);
};
