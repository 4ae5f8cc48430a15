// Four weeks of hourly readings of six sensors with a daily cycle, and a few readings that are not like the others.
import { writeFileSync } from "node:fs";
import { normal, random } from "manymodel/forecast";

const uniform = random(3);
const lines = ["SENSOR,AT,READING"];
for (let sensor = 1; sensor <= 6; sensor++)
  for (let t = 0; t < 672; t++) {
    const at = new Date(Date.UTC(2026, 0, 1, t)).toISOString().slice(0, 19).replace("T", " ");
    const jump = t % 199 === 10 * sensor ? 12 : 0;
    const reading = 20 * sensor + 5 * Math.sin((2 * Math.PI * t) / 24) + normal(uniform) + jump;
    lines.push(`T${sensor},${at},${reading.toFixed(2)}`);
  }
writeFileSync("readings.csv", `${lines.join("\n")}\n`);
