/**
 * The table of recurring schedules, and what the table of jobs has of them.
 *
 * @module
 */

import { UNFINISHED } from "../sql/codes.ts";

interface Names {
  readonly schedules: string;
  readonly jobs: string;
}

/** The statements that make them. */
export function scheduleTables(names: Names): readonly string[] {
  return [scheduleTable(names), ...scheduleIndexes(names), ...occurrences(names)];
}

/** Schedules keep their rowid as jobs do. Long columns come last. */
function scheduleTable({ schedules }: Names): string {
  return `CREATE TABLE ${schedules} (
  seq INTEGER PRIMARY KEY,
  cluster_id TEXT NOT NULL,
  id TEXT NOT NULL,
  type TEXT NOT NULL,
  status TEXT NOT NULL,
  revision INTEGER NOT NULL,
  overlap TEXT NOT NULL,
  plan_at INTEGER,
  next_at INTEGER,
  cursor_at INTEGER NOT NULL,
  checkpoint_at INTEGER NOT NULL,
  ensured_at INTEGER,
  idle_at INTEGER,
  terminated_at INTEGER,
  skipped_count INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  definition_id TEXT NOT NULL,
  profile_id TEXT,
  recurrence_type TEXT NOT NULL,
  recurrence_text TEXT NOT NULL,
  time_zone TEXT,
  start_after INTEGER,
  end_before INTEGER,
  jitter_ms INTEGER NOT NULL,
  priority INTEGER,
  lane TEXT,
  timeout_ms INTEGER,
  max_retries INTEGER,
  misfire TEXT NOT NULL,
  retry TEXT,
  metadata TEXT NOT NULL,
  error TEXT,
  code TEXT,
  data TEXT NOT NULL
)`;
}

function scheduleIndexes({ schedules }: Names): readonly string[] {
  return [
    `CREATE UNIQUE INDEX ${schedules}_by_id ON ${schedules} (cluster_id, id)`,
    `CREATE INDEX ${schedules}_by_created ON ${schedules} (cluster_id, created_at, id)`,
    `CREATE INDEX ${schedules}_due ON ${schedules} (cluster_id, plan_at, id)
  WHERE plan_at IS NOT NULL`,
    `CREATE INDEX ${schedules}_terminated ON ${schedules} (cluster_id, terminated_at, id)
  WHERE terminated_at IS NOT NULL`,
  ];
}

/** What jobs know of schedules. */
function occurrences({ jobs }: Names): readonly string[] {
  return [
    `ALTER TABLE ${jobs} ADD COLUMN occurrence_at INTEGER`,
    `CREATE UNIQUE INDEX ${jobs}_by_occurrence ON ${jobs} (cluster_id, schedule_id, occurrence_at)
  WHERE occurrence_at IS NOT NULL`,
    `CREATE INDEX ${jobs}_unfinished ON ${jobs} (cluster_id, schedule_id, id, status)
  WHERE schedule_id IS NOT NULL AND ${UNFINISHED}`,
  ];
}
