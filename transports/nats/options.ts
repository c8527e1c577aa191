/**
 * What an agent connection on NATS is opened with, and reading its URL.
 *
 * @module
 */

import { JobMasterError } from "../../core/errors.ts";
import { shown } from "../../core/names.ts";

/** Options of a NATS transport, checked. Plain data. */
export interface NatsOptions {
  /** Addresses of servers of one NATS cluster, `host:port` each; from 1 to 16. */
  readonly servers: readonly string[];
  /** Who connects; `null` for nobody in particular. @default {null} */
  readonly user: string | null;
  /** Its password. @default {null} */
  readonly password: string | null;
  /** A token instead. @default {null} */
  readonly token: string | null;
  /** Path of a file with the seed of an nkey. @default {null} */
  readonly nkey: string | null;
  /** Path of a credentials file. @default {null} */
  readonly creds: string | null;
  /** Whether connections are encrypted. @default {false} */
  readonly tls: boolean;
  /** Path of the PEM file with the authorities to trust; `null` for the platform's. @default {null} */
  readonly rootCertificate: string | null;
  /** Name of the stream: letters, digits, `_` and `-`, at most 40. Another one is beside it, for parked messages. @default {"JOBMASTER"} */
  readonly stream: string;
  /** How many servers keep the messages, from 1 to 5. Used when the stream is made. @default {1} */
  readonly replicas: number;
  /** Whether streams that are missing are made. @default {true} */
  readonly migrate: boolean;
}

const STREAM = /^[A-Za-z0-9_-]{1,40}$/;

const SERVER = /^(?:\[[0-9a-f:.]+\]|[A-Za-z0-9.-]+):\d{1,5}$/i;

/** The accepted forms, for messages. */
export const NATS_FORMS =
  '"nats://127.0.0.1:4222", "nats://user:password@one:4222,two:4222" or "tls://token@host", with ?stream=NAME, ?replicas=1, ?migrate=false, ?token=, ?nkey=FILE, ?creds=FILE, ?ca=FILE';

const READERS: {
  readonly [Field in keyof NatsOptions]: (value: unknown) => NatsOptions[Field];
} = {
  servers: (value) => {
    const isList = Array.isArray(value) && value.length >= 1 && value.length <= 16;
    if (isList && value.every((each) => typeof each === "string" && SERVER.test(each))) {
      return value as readonly string[];
    }
    throw refusal("servers", value, "it must list 1 to 16 addresses such as 127.0.0.1:4222");
  },
  user: (value = null) => textOrNull("user", value),
  password: (value = null) => textOrNull("password", value),
  token: (value = null) => textOrNull("token", value),
  nkey: (value = null) => textOrNull("nkey", value),
  creds: (value = null) => textOrNull("creds", value),
  tls: (value = false) => flag("tls", value),
  rootCertificate: (value = null) => textOrNull("ca", value),
  stream: (value = "JOBMASTER") => {
    if (typeof value === "string" && STREAM.test(value)) return value;
    throw refusal("stream", value, 'it must be 1 to 40 letters, digits, "_" and "-"');
  },
  replicas: (value = 1) => {
    if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 5) return Number(value);
    throw refusal("replicas", value, "it must be a whole number from 1 to 5");
  },
  migrate: (value = true) => flag("migrate", value),
};

/** Options whose values no message shows. */
const SECRETS: readonly string[] = ["password", "token"];

/**
 * Checks the options of a NATS transport.
 *
 * @throws {JobMasterError} `configuration_invalid` that names the option, the value and the rule, never a secret.
 */
export function readNatsOptions(options: Readonly<Record<string, unknown>>): NatsOptions {
  for (const field of Object.keys(options)) {
    if (!Object.hasOwn(READERS, field)) {
      throw refusal(
        `option ${field}`,
        undefined,
        `the options are ${Object.keys(READERS).join(", ")}`,
      );
    }
  }
  const read = <Field extends keyof NatsOptions>(field: Field): NatsOptions[Field] =>
    READERS[field](options[field]);
  return coherent({
    servers: read("servers"),
    user: read("user"),
    password: read("password"),
    token: read("token"),
    nkey: read("nkey"),
    creds: read("creds"),
    tls: read("tls"),
    rootCertificate: read("rootCertificate"),
    stream: read("stream"),
    replicas: read("replicas"),
    migrate: read("migrate"),
  });
}

/** Refuses options of which some would be passed over in silence. */
function coherent(options: NatsOptions): NatsOptions {
  const { rootCertificate, tls } = options;
  const logins = (["user", "token", "nkey", "creds"] as const).filter((field) =>
    options[field] !== null
  );
  if (logins.length > 1) {
    throw refusal(logins.join(" and "), undefined, "only one of them can say who connects");
  }
  if (rootCertificate !== null && !tls) {
    throw refusal("ca", rootCertificate, "only tls:// reads it");
  }
  return options;
}

/** Address of the stream for people, without secrets. */
export function natsLabel({ servers, stream, tls }: NatsOptions): string {
  return `${tls ? "tls" : "nats"}://${servers.join(",")}/${stream}`;
}

const PARAMETERS: Readonly<
  Record<string, { readonly option: keyof NatsOptions; readonly read: (value: string) => unknown }>
> = {
  stream: { option: "stream", read: (value) => value },
  replicas: {
    option: "replicas",
    read: (value) => /^\d{1,3}$/.test(value) ? Number(value) : value,
  },
  migrate: {
    option: "migrate",
    read: (value) => value === "true" || value === "false" ? value === "true" : value,
  },
  token: { option: "token", read: (value) => value },
  nkey: { option: "nkey", read: (value) => value },
  creds: { option: "creds", read: (value) => value },
  ca: { option: "rootCertificate", read: (value) => value },
};

/**
 * The options that a URL says, not checked yet. A user without a password is a token, as the tools of NATS have it.
 *
 * @throws {JobMasterError} `configuration_invalid` for what cannot be read; never shows a secret.
 */
export function natsAddress(url: string): Readonly<Record<string, unknown>> {
  const [, scheme, login, hosts, query] =
    /^(nats|tls):\/\/(?:([^@/?#]*)@)?([^@/?#]+)\/?(?:\?([^#]*))?$/i.exec(url) ?? [];
  if (scheme === undefined || hosts === undefined) {
    throw refusal("the URL", undefined, `use ${NATS_FORMS}`);
  }
  const servers = hosts.split(",").map((host) => /:\d+$/.test(host) ? host : `${host}:4222`);
  const [name, password] = (login ?? "").split(":").map(decoded);
  const options: Record<string, unknown> = { servers, tls: scheme.toLowerCase() === "tls" };
  if (name !== undefined && name !== "") {
    Object.assign(options, password === undefined ? { token: name } : { user: name, password });
  }
  return { ...options, ...parameters(query ?? "") };
}

function parameters(query: string): Readonly<Record<string, unknown>> {
  const options: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    const parameter = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
    if (parameter === undefined) {
      const part = /^[a-z_-]{1,40}$/i.test(name) ? `parameter "${name}"` : "one parameter";
      throw refusal(part, undefined, `the parameters are ${Object.keys(PARAMETERS).join(", ")}`);
    }
    options[parameter.option] = parameter.read(value);
  }
  return options;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refusal("the user or password", undefined, 'a "%" is written %25');
  }
}

function flag(part: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw refusal(part, value, "it must be true or false");
}

function textOrNull(part: string, value: unknown): string | null {
  if (value === null) return null;
  if (typeof value === "string" && value !== "" && !value.includes("\0")) return value;
  throw refusal(part, SECRETS.includes(part) ? undefined : value, "it must be text");
}

/** What says that `part` of the options cannot be used. */
export function refusal(part: string, value: unknown, rule: string): JobMasterError {
  const what = value === undefined ? part : `${part} ${shown(value)}`;
  return new JobMasterError(
    "configuration_invalid",
    `Cannot use ${what} for the NATS agent connection: ${rule}`,
  );
}
