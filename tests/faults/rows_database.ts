/**
 * Faults of the master: Postgres, MariaDB and SQLite.
 *
 * @module
 */

import type { FaultRow } from "./fault_row.ts";

const SQL = "tests/storage/sql";

/** Rows F18 to F34. */
export const DATABASE_ROWS: readonly FaultRow[] = [
  {
    id: "F18",
    fault: "the answer to the commit that stores jobs is lost",
    status: "tested",
    tests: [
      {
        file: "tests/faults/f18_commit_unknown_test.ts",
        name: "F18: a job whose commit was not answered is stored once, and its call succeeds",
      },
      { file: `${SQL}/faults_test.ts`, name: "takes effect exactly once" },
      { file: `${SQL}/faults_test.ts`, name: "a commit whose answer is lost took place once" },
      {
        file: `${SQL}/restart_test.ts`,
        name: "a commit that a crash swallowed is not mistaken for one that came after it",
      },
    ],
  },
  {
    id: "F19",
    fault: "the answer to the commit that ends an attempt is lost",
    status: "tested",
    tests: [
      {
        file: "tests/faults/f18_commit_unknown_test.ts",
        name:
          "F19: an ending whose commit was not answered counts once, and its job does not run again",
      },
    ],
  },
  {
    id: "F20",
    fault: "connections are cut in the middle of transactions",
    status: "tested",
    tests: [
      {
        file: `${SQL}/faults_test.ts`,
        name: "what was cut before its commit is done again from the start",
      },
      {
        file: `${SQL}/faults_test.ts`,
        name: "cuts at any moment under load lose nothing and do nothing twice",
      },
    ],
  },
  {
    id: "F21",
    fault: "the server is killed and comes back, again and again",
    status: "tested",
    tests: [
      {
        file: "tests/masters/server_death_test.ts",
        name:
          "a server that is killed twice under load loses no job, and each outage is told in one line",
      },
      {
        file: `${SQL}/restart_test.ts`,
        name: "a server that dies and comes back loses nothing and does nothing twice",
      },
    ],
    why: "Twice a test; bench/server_restarts.ts does it every five seconds for minutes",
  },
  {
    id: "F22",
    fault: "the server is down for much longer than calls have patience and leases last",
    status: "tested",
    tests: [
      {
        file: "tests/faults/f22_long_outage_test.ts",
        name:
          "F22: while the master is down endings wait, short leases end what runs, and each node says it once",
      },
    ],
    why: "20 seconds: more than twice the patience of calls, two leases",
  },
  {
    id: "F23",
    fault: "the server takes connections and never answers",
    status: "tested",
    tests: [
      {
        file: "tests/faults/f23_black_hole_test.ts",
        name: "F23: a master that never answers costs a node its lease, its leadership and no job",
      },
      {
        file: `${SQL}/faults_test.ts`,
        name: "a connection that hangs is given up after the deadline, the call is done on another",
      },
    ],
  },
  {
    id: "F24",
    fault: "the server answers 200 ms late, then two seconds",
    status: "tested",
    tests: [
      {
        file: "tests/faults/f24_slow_master_test.ts",
        name: "F24: a master that answers two seconds late costs nobody a lease",
      },
    ],
    why: "Batches have a fixed bound: they fill up while the call before them is under way",
  },
  {
    id: "F25",
    fault: "deadlocks, locks that are not let go, conflicts of transactions, a busy file",
    status: "tested",
    tests: [
      {
        file: `${SQL}/database_test.ts`,
        name: "deadlocks are tried again until both are through",
      },
      { file: `${SQL}/faults_test.ts`, name: "a lock that is not let go ends with master_busy" },
      {
        file: "tests/storage/sqlite_connection_test.ts",
        name: "jobs.insert answers master_busy when the lock is not free in time",
      },
      {
        file: "tests/flow/locked_master_test.ts",
        name:
          "jobs that are scheduled and that end while the master is locked are stored and settled afterwards",
      },
    ],
  },
  {
    id: "F26",
    fault: "any call takes place and its answer is lost",
    status: "tested",
    tests: [
      { file: "tests/simulation/simulation_test.ts", name: "Clusters of the seeds" },
      {
        file: `${SQL}/faults_test.ts`,
        name: "cuts at any moment under load lose nothing and do nothing twice",
      },
    ],
  },
  {
    id: "F27",
    fault: "every connection of the pool is in use",
    status: "tested",
    tests: [
      {
        file: "tests/faults/f27_busy_pool_test.ts",
        name: "F27: leases are renewed while every connection of the pool waits for a lock",
      },
      {
        file: `${SQL}/faults_test.ts`,
        name: "a busy pool ends with master_busy; the reserved connection is not concerned",
      },
    ],
  },
  {
    id: "F28",
    fault: "a transaction that stays open keeps old versions of rows",
    status: "tested",
    tests: [
      {
        file: "tests/faults/f28_long_transaction_test.ts",
        name: "F28: a transaction that stays open does not make jobs dearer",
      },
    ],
    why:
      "By the pages of the database that a job costs, over 3,000 jobs on Postgres; nothing warns of such transactions",
  },
  {
    id: "F29",
    fault: "the database comes back in an older state under living nodes",
    status: "tested",
    tests: [
      {
        file: "tests/faults/f29_older_master_test.ts",
        name: "F29: an older state of the master costs what it does not know and nothing else",
      },
    ],
    why:
      "What it knows ends, what it has forgotten changes nothing; only attempts that were running are named in the log",
  },
  {
    id: "F30",
    fault: "the database is read-only, or its disk is full",
    status: "tested",
    tests: [
      {
        file: "tests/faults/f30_read_only_test.ts",
        name:
          "F30: a master that is read-only accepts nothing, says why, and goes on when it may write",
      },
      {
        file: "tests/storage/sqlite_connection_test.ts",
        name: "SqliteConnection.write answers master_unavailable when the file is read-only",
      },
      {
        file: "tests/storage/sqlite_turns_test.ts",
        name: "SqliteConnection.write refuses every call of a turn when the disk is full",
      },
    ],
  },
  {
    id: "F31",
    fault: "another process holds the lock of the SQLite file for seconds",
    status: "tested",
    tests: [
      {
        file: "tests/storage/sqlite_connection_test.ts",
        name: "jobs.insert waits without holding the thread when another process has the lock",
      },
      {
        file: "tests/flow/locked_master_test.ts",
        name:
          "jobs that are scheduled and that end while the master is locked are stored and settled afterwards",
      },
    ],
  },
  {
    id: "F32",
    fault: "a process is killed while it writes the SQLite file; the file is copied",
    status: "tested",
    tests: [
      {
        file: "tests/storage/sqlite_crash_test.ts",
        name: "jobs.insert loses nothing it has answered when its process is killed under load",
      },
      {
        file: "tests/faults/f32_copied_file_test.ts",
        name:
          "F32: a copy holds what was answered before it, made under load or from what a killed writer left",
      },
    ],
    why:
      "Whoever deletes the log beside the file deletes the commits in it: no test can promise otherwise",
  },
  {
    id: "F33",
    fault: "somebody changed the schema, or it is older or newer than the program",
    status: "tested",
    tests: [
      {
        file: "tests/storage/server_migrations_test.ts",
        name: "drift names every table, column and index that differs",
      },
      {
        file: "tests/storage/server_migrations_test.ts",
        name: "a schema newer than the program is refused",
      },
      {
        file: "tests/storage/sqlite_migrations_test.ts",
        name: "adapter.inspect names what differs when somebody changed the schema",
      },
      {
        file: "tests/storage/sqlite_migrations_test.ts",
        name: "adapter.open refuses a schema when it is newer than the program",
      },
      { file: "tests/cli/master_commands_test.ts", name: "doctor finds what is wrong" },
    ],
  },
  {
    id: "F34",
    fault: "a pooler gives each transaction another session",
    status: "tested",
    tests: [
      {
        file: "tests/faults/f34_pooled_cluster_test.ts",
        name:
          "F34: a cluster behind a pooler in transaction mode keeps leases and runs each job once",
      },
      {
        file: `${SQL}/pgbouncer_test.ts`,
        name: "statements and transactions work on whichever session",
      },
      { file: `${SQL}/pgbouncer_test.ts`, name: "it is noticed: nobody is told of changes" },
      {
        file: `${SQL}/faults_test.ts`,
        name: "prepared statements survive that their table changes",
      },
    ],
  },
];
