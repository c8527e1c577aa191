/**
 * What the system says of processes.
 *
 * @module
 */

/** Whether a process runs, zombies aside. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false; // gone
  }
}
