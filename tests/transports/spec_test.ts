/** URLs of agent connections: what each form says, and what is refused without showing a secret. */

import { deepStrictEqual as equal, match, throws } from "node:assert/strict";
import type { JobMasterError } from "../../core/errors.ts";
import { transportSpec } from "../../transports/mod.ts";

const NATS = {
  user: null,
  password: null,
  token: null,
  nkey: null,
  creds: null,
  tls: false,
  rootCertificate: null,
  stream: "JOBMASTER",
  replicas: 1,
  migrate: true,
};

Deno.test("transportSpec reads every form of a NATS address", () => {
  const cases: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ["nats://127.0.0.1", { servers: ["127.0.0.1:4222"] }],
    ["nats://a:1,b,[::1]:3/", { servers: ["a:1", "b:4222", "[::1]:3"] }],
    ["nats://jo:p%40ss@h", { servers: ["h:4222"], user: "jo", password: "p@ss" }],
    ["tls://s3cret@h?ca=/ca.pem", {
      ...{ servers: ["h:4222"], tls: true, token: "s3cret", rootCertificate: "/ca.pem" },
    }],
    ["nats://h?stream=mail&replicas=3&nkey=/k&migrate=false", {
      ...{ servers: ["h:4222"], stream: "mail", replicas: 3, nkey: "/k", migrate: false },
    }],
    ["nats://h?creds=/c", { servers: ["h:4222"], creds: "/c" }],
  ];
  for (const [url, expected] of cases) {
    equal(transportSpec(url).options, { ...NATS, ...expected });
  }
  equal(transportSpec("nats://jo:secret@h?stream=mail").label, "nats://h:4222/mail");
});

Deno.test("transportSpec takes the addresses of masters, without their passwords in the label", () => {
  const labels = ["postgres://jo:secret@h/d", "mariadb://jo:secret@h/d", "sqlite:./agent.db"]
    .map((url) => transportSpec(url).label);

  equal(labels, ["postgres://jo@h:5432/d", "mysql://jo@h:3306/d", "sqlite:./agent.db"]);
});

Deno.test("transportSpec refuses what it cannot read, and shows no secret", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["redis://secret@h", /scheme is none of sqlite, postgres, mysql, nats, tls/],
    ["secret", /scheme is none of/],
    ["nats://", /the URL/],
    ["nats://jo:secret@", /the URL/],
    ["nats://jo:secret@h:port", /servers/],
    ["nats://jo:secret%@h", /user or password.*%25/],
    ["nats://jo:secret@h/path", /the URL/],
    ["nats://h?stream=a.b", /stream "a\.b".*1 to 40 letters/],
    ["nats://h?replicas=6", /replicas 6.*1 to 5/],
    ["nats://h?replicas=many", /replicas "many"/],
    ["nats://h?migrate=perhaps", /migrate "perhaps".*true or false/],
    ["nats://h?colour=red", /parameter "colour".*the parameters are stream/],
    ["nats://h?token=", /token.*it must be text/],
    ["nats://jo:secret@h?nkey=/k", /user and nkey.*only one of them/],
    ["nats://secret@h?creds=/c&nkey=/k", /token and nkey and creds.*only one of them/],
    ["nats://h?ca=/ca.pem", /ca "\/ca\.pem".*only tls:\/\/ reads it/],
  ];
  for (const [url, expected] of cases) {
    throws(() => transportSpec(url), (error: JobMasterError) => {
      equal(error.code, "configuration_invalid");
      match(error.message, expected);
      equal(/secret/.test(error.message), false, error.message);
      return true;
    });
  }
});
