/**
 * Keeps other sites out. There are no credentials yet, so whoever reaches the port may do everything: a page in a
 * browser on the same machine must not, neither by a name that it points at loopback (DNS rebinding) nor by sending
 * a form (cross-site request forgery).
 *
 * @module
 */

import { shown } from "../core/names.ts";
import { HttpRefusal } from "./problem.ts";

const SAFE_METHODS: readonly string[] = ["GET", "HEAD", "OPTIONS"];
const HOST = /^(\[[0-9a-f:.]+\]|[^\s:/@[\]]+)(?::\d{1,5})?$/i;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Refuses requests that were meant for another host or were sent by another site's page.
 *
 * @throws {HttpRefusal} 421 for a host that is not allowed, 403 for a change another site asks for; both
 * `invalid_request`.
 */
export function refuseForeign(request: Request, allowedHosts: readonly string[] | undefined): void {
  const host = request.headers.get("host") ?? new URL(request.url).host;
  if (!isAllowed(host, allowedHosts)) {
    throw new HttpRefusal(
      "invalid_request",
      `Cannot answer for host ${shown(host)}: it must be ${
        allowedHosts?.join(" or ") ?? "localhost, 127.0.0.1 or [::1]"
      }`,
      { status: 421 },
    );
  }
  if (SAFE_METHODS.includes(request.method) || isSameSite(request, host)) return;
  throw new HttpRefusal(
    "invalid_request",
    `Cannot take a change from origin ${shown(request.headers.get("origin"))}: it must be ${
      shown(host)
    }`,
    { status: 403 },
  );
}

function isAllowed(host: string, allowedHosts: readonly string[] | undefined): boolean {
  const name = HOST.exec(host)?.[1]?.toLowerCase();
  if (name === undefined) return false;
  if (allowedHosts === undefined) return LOOPBACK.test(name);
  return allowedHosts.some((allowed) => allowed.toLowerCase() === name);
}

/** Browsers send these headers with every request that changes something; programs send neither. */
function isSameSite(request: Request, host: string): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") return false;
  const origin = request.headers.get("origin");
  if (origin === null) return true;
  if (!/^https?:/i.test(origin) || !URL.canParse(origin)) return false;
  const { protocol, host: originHost } = new URL(origin);
  return new URL(`${protocol}//${host}`).host === originHost; // drops the scheme's own port from both
}
