/**
 * `house/names`: names say what a thing is for.
 *
 * @module
 */

import { projectPath } from "./project_path.ts";

/** Words that say nothing about a thing. Their plurals are banned too. */
const BANNED: ReadonlySet<string> = new Set([
  "util",
  "helper",
  "common",
  "manager",
  "base",
  "impl",
]);

const SNAKE_CASE = /^[a-z0-9]+(_[a-z0-9]+)*(\.[a-z]+)+$/;

/** `house/names`: snake_case file names, and no empty words in file names and exported names. */
export const names: Deno.lint.Rule = {
  create(context) {
    const reportWord = (node: Deno.lint.Node, name: string): void => {
      const word = bannedWord(name);
      if (word === undefined) return;
      const hint = "Name it after what it is for.";
      context.report({ node, message: `"${name}" uses the empty word "${word}"`, hint });
    };
    return {
      Program(node) {
        const path = projectPath(context.filename);
        if (path === undefined) return;
        const file = path.slice(path.lastIndexOf("/") + 1);
        if (!SNAKE_CASE.test(file)) {
          const message = `The file name "${file}" is not in snake_case`;
          context.report({ node, message, hint: "Name the file after its main export." });
        }
        reportWord(node, path.replace(/\.[a-z]+$/, ""));
      },
      ExportNamedDeclaration(node) {
        for (const name of exportedNames(node)) reportWord(node, name);
      },
      ExportAllDeclaration(node) {
        if (node.exported !== null) reportWord(node, node.exported.name);
      },
    };
  },
};

function bannedWord(name: string): string | undefined {
  return name
    .replace(/([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, "$1$3_$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .find((word) => BANNED.has(word) || BANNED.has(word.replace(/s$/, "")));
}

function exportedNames(node: Deno.lint.ExportNamedDeclaration): readonly string[] {
  const { declaration, specifiers } = node;
  if (!declaration) {
    return specifiers.map(({ exported }) =>
      exported.type === "Identifier" ? exported.name : exported.value
    );
  }
  if (declaration.type === "VariableDeclaration") {
    return declaration.declarations.flatMap(({ id }) => boundNames(id));
  }
  const { id } = declaration;
  return id?.type === "Identifier" ? [id.name] : [];
}

/** The names a binding pattern introduces. */
function boundNames(pattern: Deno.lint.Node | null): readonly string[] {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        boundNames(property.type === "Property" ? property.value : property)
      );
    case "ArrayPattern":
      return pattern.elements.flatMap(boundNames);
    case "AssignmentPattern":
      return boundNames(pattern.left);
    case "RestElement":
      return boundNames(pattern.argument);
    default:
      return [];
  }
}
