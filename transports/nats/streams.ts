/**
 * The streams of an agent connection: made where they are missing, never changed.
 *
 * @module
 */

import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamInfo,
} from "@nats-io/jetstream";
import { JobMasterError } from "../../core/errors.ts";
import type { QueueName } from "../port.ts";
import type { NatsNames } from "./names.ts";
import { type NatsOptions, refusal } from "./options.ts";

/** How long the server keeps a delivered message from others unless told otherwise, in milliseconds. */
export const ACK_WAIT_MS = 30_000;

/** How long an id of a message is remembered, in milliseconds: one that is sent again meanwhile changes nothing. */
const DUPLICATE_WINDOW_MS = 120_000;

/** Most messages that are kept for people; the oldest go first. */
const MAX_PARKED = 100_000;

const NANOS = 1_000_000;

/** The server's codes for what is not there. */
const NOT_FOUND: readonly number[] = [10059, 10014, 10037];

/** Whether the server said that there are no others that could keep copies. */
function isAlone(thrown: unknown): boolean {
  return thrown instanceof JetStreamApiError && thrown.code === 10074;
}

const ALONE = "its server belongs to no cluster of NATS servers, so it must be 1";

/** Whether the server said that a stream, a consumer or a message is not there. */
export function isMissing(thrown: unknown): boolean {
  return thrown instanceof JetStreamApiError &&
    (NOT_FOUND.includes(thrown.code) || thrown.status === 404);
}

/**
 * Makes the streams that are missing. Answers the fingerprint of the one with messages, which `made` is when this call
 * made it.
 *
 * @throws {JobMasterError} `configuration_invalid` when a stream of the name is somebody else's.
 */
export async function makeStreams(
  manager: JetStreamManager,
  names: NatsNames,
  { replicas, migrate, made }: Pick<NatsOptions, "replicas" | "migrate"> & {
    readonly made: string;
  },
): Promise<string> {
  if (!migrate) await requireStreams(manager, names);
  const common = { storage: StorageType.File, num_replicas: replicas };
  const stream = await makeStream(manager, names.stream, {
    ...common,
    description: `${MARK}${made}`,
    subjects: [names.allSubjects],
    retention: RetentionPolicy.Workqueue,
    discard: DiscardPolicy.New,
    duplicate_window: DUPLICATE_WINDOW_MS * NANOS,
  });
  await makeStream(manager, names.parked, {
    ...common,
    description: "Messages nobody could use, set aside by JobMaster",
    subjects: [names.allParkedSubjects],
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    max_msgs: MAX_PARKED,
  });
  const { description = "", retention } = stream.config;
  if (description.startsWith(MARK) && retention === RetentionPolicy.Workqueue) {
    return description.slice(MARK.length);
  }
  throw new JobMasterError(
    "configuration_invalid",
    `Cannot use NATS stream "${names.stream}": it was not made by JobMaster; name another one with ?stream=`,
  );
}

/** Begins the description of a stream: where its fingerprint is kept, which old servers know no other place for. */
const MARK = "JobMaster agent connection ";

async function requireStreams(manager: JetStreamManager, names: NatsNames): Promise<void> {
  for (const name of [names.stream, names.parked]) {
    if (await infoOf(manager, name) !== null) continue;
    throw new JobMasterError(
      "schema_outdated",
      `Cannot use NATS agent connection: there is no stream "${name}"; open it once without migrate=false`,
    );
  }
}

async function makeStream(
  manager: JetStreamManager,
  name: string,
  config: Parameters<JetStreamManager["streams"]["add"]>[0] extends infer Config
    ? Omit<Config, "name">
    : never,
): Promise<StreamInfo> {
  const known = await infoOf(manager, name);
  if (known !== null) return known;
  try {
    return await manager.streams.add({ ...config, name });
  } catch (error) {
    const made = await infoOf(manager, name); // by somebody else at the same moment
    if (made !== null) return made;
    throw isAlone(error) ? refusal("replicas", config.num_replicas, ALONE) : error;
  }
}

async function infoOf(manager: JetStreamManager, name: string): Promise<StreamInfo | null> {
  try {
    return await manager.streams.info(name);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Makes the consumer of a queue, or finds it. */
export async function makeConsumer(
  manager: JetStreamManager,
  names: NatsNames,
  queue: QueueName,
): Promise<void> {
  await manager.consumers.add(names.stream, {
    durable_name: names.consumer(queue),
    filter_subject: names.subject(queue),
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: ACK_WAIT_MS * NANOS,
    max_deliver: -1, // who receives a message too often parks it: the server would only keep silent about it
    max_ack_pending: -1, // bounded by what the master places: jobs due soon, one message each
  });
}
