/** Which master on a database server a URL names. */

import { deepStrictEqual as equal, ok, throws } from "node:assert/strict";
import { masterSpec } from "../../storage/mod.ts";

const DEFAULTS = {
  host: "localhost",
  port: 5432,
  socket: null,
  user: "jo",
  password: "",
  database: "jobs",
  prefix: "jm_",
  migrate: true,
  connections: 8,
  statementTimeoutMs: 10_000,
  notify: true,
  tls: "disable",
  rootCertificate: null,
};
const MYSQL = { ...DEFAULTS, port: 3306, notify: false };

Deno.test("masterSpec reads addresses of Postgres, and shows no password in the label", () => {
  const forms: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    "postgres://jo@localhost/jobs": {},
    "postgresql://jo@localhost/jobs": {},
    "POSTGRES://jo@localhost/jobs": {},
    "postgres://jo@localhost": { database: "jo" },
    "postgres://jo@localhost/": { database: "jo" },
    "postgres://jo:s3cret@db.example:6432/jobs": {
      host: "db.example",
      port: 6432,
      password: "s3cret",
    },
    "postgres://jo:a%2Fb%3F%23%40%3A%25@[::1]:5432/my%20jobs": {
      host: "::1",
      password: "a/b?#@:%",
      database: "my jobs",
    },
    "postgres://jo@localhost/jobs?socket=/var/run/postgresql": { socket: "/var/run/postgresql" },
  };
  for (const [url, differing] of Object.entries(forms)) {
    const spec = masterSpec(url);
    equal(spec.options, { ...DEFAULTS, ...differing }, url);
    ok(spec.module.endsWith("/storage/postgres.ts"));
    equal(structuredClone(spec), spec);
  }
  const labels = Object.keys(forms).map((url) => masterSpec(url).label).slice(-4);
  equal(labels, [
    "postgres://jo@localhost:5432/jo",
    "postgres://jo@db.example:6432/jobs",
    "postgres://jo@[::1]:5432/my%20jobs",
    "postgres://jo@localhost:5432/jobs?socket=/var/run/postgresql",
  ]);
});

Deno.test("masterSpec reads addresses of MySQL and MariaDB", () => {
  for (const scheme of ["mysql", "mariadb", "MySQL"]) {
    const spec = masterSpec(`${scheme}://jo:s3cret@127.0.0.1/jobs`);
    equal(spec.options, { ...MYSQL, host: "127.0.0.1", password: "s3cret" });
    equal(spec.label, "mysql://jo@127.0.0.1:3306/jobs");
    ok(spec.module.endsWith("/storage/mysql.ts"));
  }
});

Deno.test("masterSpec reads every parameter, and overrides win over them", () => {
  const url = "postgres://jo@localhost/jobs?prefix=mail_&migrate=false&connections=100" +
    "&statement_timeout=2m&notify=false&sslmode=verify-full&sslrootcert=/etc/ca.pem";
  const said = {
    ...DEFAULTS,
    prefix: "mail_",
    migrate: false,
    connections: 100,
    statementTimeoutMs: 120_000,
    notify: false,
    tls: "verify-full",
    rootCertificate: "/etc/ca.pem",
  };

  equal(masterSpec(url).options, said);
  equal(masterSpec(url, { migrate: true }).options, { ...said, migrate: true });
  equal(masterSpec("mysql://jo@h/jobs?ssl-mode=require").options, {
    ...MYSQL,
    host: "h",
    tls: "require",
  });
});

Deno.test("masterSpec takes its own options again", () => {
  for (const url of ["postgres://jo:x@h/jobs?statement_timeout=5s", "mysql://jo:x@h/jobs"]) {
    const { options } = masterSpec(url);
    equal(masterSpec(url, options).options, options);
  }
});

Deno.test("masterSpec names the part, the value and the rule of what is wrong", () => {
  const at = "postgres://jo:s3cret@localhost/jobs";
  const wrong: Readonly<Record<string, RegExp>> = {
    "postgres://localhost/jobs": /without a user.*postgres:\/\/user:password@host:5432\/database/,
    "mysql://jo:s3cret@localhost": /without a database.*mysql:\/\/user:password@host:3306/,
    "mysql://jo:s3cret@localhost/": /without a database/,
    "postgres://jo:s3cret@localhost:0/jobs": /port 0.*1 to 65535/,
    "postgres://jo:s3cret@localhost:99999/jobs": /the URL/,
    "postgres://jo:s3cret@localhost/a/b": /the URL.*%2F/,
    "postgres://jo:s3cret@localhost/jobs#x": /the URL.*%23/,
    "postgres://jo:%s3cret@localhost/jobs": /the password.*hexadecimal/,
    "postgres://jo:s3cret%00@localhost/jobs": /the password.*NUL/,
    [`${at}?prefix=Jm`]: /prefix "Jm".*lower-case/,
    [`${at}?migrate=yes`]: /migrate "yes".*true or false/,
    [`${at}?connections=0`]: /connections 0.*1 to 100/,
    [`${at}?connections=101`]: /connections 101.*1 to 100/,
    [`${at}?connections=many`]: /connections "many".*1 to 100/,
    [`${at}?connections=1.5`]: /connections "1.5".*1 to 100/,
    [`${at}?statement_timeout=soon`]: /statement_timeout "soon".*"10s"/,
    [`${at}?statement_timeout=10ms`]: /statement_timeout "10ms".*1 second to 10 minutes/,
    [`${at}?notify=1`]: /notify "1".*true or false/,
    [`${at}?sslmode=prefer`]: /sslmode "prefer".*disable, require/,
    "mysql://jo:s3cret@10.0.0.1/jobs?sslmode=verify-full": /verify-full.*a name, not an address/,
    "mysql://jo:s3cret@[::1]/jobs?sslmode=verify-full": /verify-full.*a name, not an address/,
    [`${at}?sslrootcert=ca.pem`]: /sslrootcert "ca.pem".*verify-full/,
    [`${at}?sslmode=verify-full&sslrootcert=`]: /sslrootcert "".*path/,
    [`${at}?socket=`]: /socket "".*path/,
    [`${at}?socket=run`]: /socket "run".*absolute path/,
    "mysql://jo:s3cret@localhost/jobs?socket=/run": /socket "\/run".*only Postgres/,
    [`${at}?options=-cx`]: /parameter "options".*prefix, migrate/,
    [`${at}?toString=1`]: /parameter "toString"/,
    [`${at}?prefix=a_&prefix=b_`]: /parameter "prefix".*once/,
    [`${at}?sslmode=require&ssl-mode=require`]: /parameter "ssl-mode".*once/,
    "mysql://jo:s3cret@localhost/jobs?notify=true": /notify true.*only Postgres/,
  };
  for (const [url, message] of Object.entries(wrong)) {
    throws(() => masterSpec(url), (error: Error & { code?: string }) => {
      equal(error.code, "configuration_invalid", url);
      ok(message.test(error.message), `${url}: ${error.message}`);
      ok(!error.message.includes("s3cret"), error.message);
      return true;
    });
  }
  throws(() => masterSpec(at, { pool: 3 }), /option "pool".*connections/);
});

Deno.test("masterSpec shows no part of a password whose special characters are not escaped", () => {
  const wrong = ["/", "?", "#", "@/", "12/", "12?", "12#", "1@2/", "@@", ":", "%", "\\", " "].map(
    (start) => `postgres://jo:${start}s3cret@host/jobs`,
  );
  for (
    const url of [
      ...wrong,
      "postgres://jo:1@2/s3cret@host",
      "postgres:jo:s3cret@host/jobs",
      "postgres:/jo:s3cret@host/jobs",
    ]
  ) {
    const text = (() => {
      try {
        return masterSpec(url).label;
      } catch (error) {
        equal((error as { code?: string }).code, "configuration_invalid");
        return (error as Error).message;
      }
    })();
    ok(!text.includes("s3cret"), `${url}: ${text}`);
  }
});
