/**
 * The page at `/`: which clusters are here, and where their API is.
 *
 * @module
 */

import { pathTo, type Site } from "./site.ts";

/** The page, without scripts and styles. */
export function frontPage(site: Site): string {
  const clusters = [...site.clusters.keys()].map((clusterId) =>
    `<li>${escaped(clusterId)}: ${link("jobs", pathTo(site, clusterId, "jobs"))}, ${
      link("workers", pathTo(site, clusterId, "workers"))
    }, ${link("statistics", pathTo(site, clusterId, "stats"))}, ${
      link("settings", pathTo(site, "clusters", clusterId))
    }</li>`
  );
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>JobMaster</title></head>
<body>
<main>
<h1>JobMaster</h1>
<h2>Clusters</h2>
<ul>${clusters.join("")}</ul>
<h2>API</h2>
<ul><li>${link("OpenAPI document", pathTo(site, "openapi.json"))}</li>
<li>${link("Readiness", "/health/ready")}</li>
<li>${link("Liveness", "/health/live")}</li></ul>
</main>
</body>
</html>
`;
}

function link(text: string, path: string): string {
  return `<a href="${escaped(path)}">${escaped(text)}</a>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
