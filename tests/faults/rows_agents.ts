/**
 * Faults of agent connections: NATS, Postgres, MariaDB and SQLite.
 *
 * @module
 */

import type { FaultRow } from "./fault_row.ts";

/** Rows F35 to F48. */
export const AGENT_ROWS: readonly FaultRow[] = [
  {
    id: "F35",
    fault: "NATS is stopped, then killed, under load",
    status: "tested",
    tests: [
      {
        file: "tests/agents/outage_test.ts",
        name: "NATS that is stopped, then killed, and comes back delays jobs, and each runs once",
      },
    ],
  },
  {
    id: "F36",
    fault: "NATS comes back with an older state of its store",
    status: "tested",
    tests: [
      {
        file: "tests/faults/f36_older_store_test.ts",
        name:
          "F36: NATS that comes back with an older store costs no job, and what it repeats runs no more",
      },
    ],
    why:
      "For what the master accepted; what NATS alone acknowledged goes with its store, as the answer says",
  },
  {
    id: "F37",
    fault: "the streams of NATS are deleted, its store is lost",
    status: "tested",
    tests: [
      {
        file: "tests/agents/outage_test.ts",
        name: "NATS that loses its streams gets them again, and no job is lost",
      },
      {
        file: "tests/transports/nats_damage_test.ts",
        name:
          "NATS whose streams were deleted is out of reach for reading, and comes back with a push",
      },
    ],
  },
  {
    id: "F38",
    fault: "the acknowledgement of a message is lost, so it comes again",
    status: "tested",
    tests: [
      {
        file: "tests/faults/f38_lost_answers_test.ts",
        name: "F38, F39: a job whose message or its end was not answered runs once",
      },
      {
        file: "tests/agents/early_test.ts",
        name: "a job that the master has already does not run again for its offer",
      },
    ],
  },
  {
    id: "F39",
    fault: "the answer that a message was taken is lost",
    status: "tested",
    tests: [
      {
        file: "tests/faults/f38_lost_answers_test.ts",
        name: "F38, F39: a job whose message or its end was not answered runs once",
      },
      {
        file: "tests/agents/outage_test.ts",
        name: "a job that NATS may have taken is stored in the bucket it was offered to, unclaimed",
      },
      {
        file: "tests/transports/conformance/queue_cases.ts",
        name: "push keeps the first message when one of its id is in the queue",
      },
    ],
  },
  {
    id: "F40",
    fault: "a job runs for longer than its message is kept from others",
    status: "tested",
    tests: [
      {
        file: "tests/faults/f40_deliveries_test.ts",
        name:
          "F40: no message waits for a job that runs for long, and what comes again starts nothing",
      },
      {
        file: "tests/transports/conformance/lease_cases.ts",
        name: "extend keeps a message from coming again when its lease would end",
      },
    ],
  },
  {
    id: "F41",
    fault: "an earlier delivery is acknowledged while the message is out again",
    status: "tested",
    tests: [
      {
        file: "tests/faults/f38_lost_answers_test.ts",
        name: "F41: a late acknowledgement of a delivery that came again costs no job",
      },
      {
        file: "tests/transports/conformance/lease_cases.ts",
        name: "a receipt whose lease ended changes nothing once the message came again",
      },
    ],
  },
  {
    id: "F42",
    fault: "a message is given back again and again",
    status: "tested",
    tests: [
      {
        file: "tests/faults/f40_deliveries_test.ts",
        name: "F42: a message that is given back many times never goes silent",
      },
    ],
    why: "There is no most number of deliveries, so none is ever reached",
  },
  {
    id: "F43",
    fault: "messages come twice, in another order, long after their jobs",
    status: "tested",
    tests: [
      {
        file: "tests/faults/f40_deliveries_test.ts",
        name: "F43: messages that come twice, late and in any order start each job once",
      },
    ],
  },
  {
    id: "F44",
    fault: "messages that are broken, foreign, cut off or too long",
    status: "tested",
    tests: [
      {
        file: "tests/agents/flow_test.ts",
        name: "a message nobody can use is parked, and the others go on",
      },
      {
        file: "tests/agents/acceptance_test.ts",
        name: "a job the master could not store is parked, and those beside it are saved",
      },
      {
        file: "tests/transports/conformance/parking_cases.ts",
        name: "park sets messages aside with their bytes and the reason",
      },
      {
        file: "tests/transports/conformance/queue_cases.ts",
        name: "push answers the ids of messages that are too long, and sends the others",
      },
      {
        file: "tests/transports/nats_damage_test.ts",
        name: "NATS messages with headers of somebody else do not hide the queues of others",
      },
    ],
  },
  {
    id: "F45",
    fault: "an agent connection has no room for one more message",
    status: "tested",
    tests: [
      {
        file: "tests/faults/f45_full_agent_test.ts",
        name: "F45: what NATS has no room for is accepted by the master and runs once",
      },
    ],
  },
  {
    id: "F46",
    fault: "a node reaches its agent connection and not the master",
    status: "tested",
    tests: [
      {
        file: "tests/faults/f46_split_reach_test.ts",
        name:
          "F46: a node that reaches its agent connection alone starts nothing, lets go in time and commits nothing",
      },
    ],
  },
  {
    id: "F47",
    fault: "a node reaches the master and not its agent connection",
    status: "tested",
    tests: [
      {
        file: "tests/faults/f46_split_reach_test.ts",
        name: "F47: a cluster whose agent connection is away says so and goes on over its master",
      },
      {
        file: "tests/agents/outage_test.ts",
        name:
          "jobs whose messages could not be sent are read from the master, one buffer after the other",
      },
    ],
    why: "Jobs need not move to another connection: their owners read them from the master",
  },
  {
    id: "F48",
    fault: "what is sent arrives, and no answer comes back",
    status: "tested",
    tests: [
      {
        file: "tests/faults/f48_half_open_test.ts",
        name:
          "F48: a master that hears and is not heard ends calls, and does at most once what they asked",
      },
      {
        file: "tests/faults/f48_half_open_test.ts",
        name: "F48: NATS that hears and is not heard is given up and connected to anew",
      },
      {
        file: "tests/transports/nats_damage_test.ts",
        name: "NATS whose connection stays open and carries nothing any more is connected to anew",
      },
    ],
  },
];
