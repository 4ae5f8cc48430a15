/** Writes the page of the command line: every command with its arguments and options, from the program itself. */
import { commandLine } from "../dist/cli/program.js";

/** Options that every command has; they stand once, at the top of the page. */
const COMMON = ["--config", "--json", "--help"];

/** @returns the text of `docs/commands.md` */
export async function commandReference() {
  const program = await commandLine();
  const commands = program.commands.filter((command) => !isHidden(command));
  return `# Command line

\`manymodel COMMAND\`. Every command explains itself with \`--help\`. This page is generated from the program.

Every command has \`--config <file>\` (the configuration file, \`manymodel.yaml\` when left out) and \`--json\` (one JSON
document on stdout), except where the command has no use for it.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | failed |
| 2 | wrong usage or configuration |
| 3 | \`monitor\` found more drift than the configuration allows |
| 4 | the gate held a version back |

${commands.map((command) => section(command, "##", [])).join("\n\n")}
`;
}

const isHidden = (command) => command.name() === "help" || command._hidden === true;

/** Returns the section of a command, and below it its subcommands. */
function section(command, level, parents) {
  const words = [...parents, command.name()];
  const inner = command.commands.filter((child) => !isHidden(child));
  const usage = ["manymodel", ...words, ...command.registeredArguments.map(argument)].join(" ");
  const about = command.description();
  const parts = [`${level} ${words.join(" ")}`, `${about[0].toUpperCase()}${about.slice(1)}.`];
  if (inner.length === 0) parts.push(`\`\`\`\n${usage}\n\`\`\``);
  const rows = [
    ...command.registeredArguments.filter((each) => each.description).map((each) => row(argument(each), each)),
    ...command.options
      .filter((each) => !COMMON.includes(each.long) && !each.hidden)
      .map((each) => row(each.flags, each)),
  ];
  if (rows.length > 0) parts.push(["| argument or option | meaning |", "|---|---|", ...rows].join("\n"));
  return [...parts, ...inner.map((child) => section(child, `${level}#`, words))].join("\n\n");
}

function argument(each) {
  const name = `${each.name()}${each.variadic ? "..." : ""}`;
  return each.required ? `<${name}>` : `[${name}]`;
}

function row(written, { description, defaultValue, argChoices }) {
  const choices = argChoices === undefined ? "" : `; ${argChoices.map((each) => `\`${each}\``).join(", ")}`;
  const fallback = defaultValue === undefined || defaultValue === false ? "" : `; default \`${defaultValue}\``;
  return `| \`${written}\` | ${`${description}${choices}${fallback}`.replaceAll("|", "\\|")} |`;
}
