// Four weeks of hourly readings of six sensors with a daily cycle, and two days more. A few readings are not like the others:
// spikes, and among the new ones a sensor that is stuck, one at a new level, and one that is silent for hours.
import { writeFileSync } from "node:fs";
import { normal, random } from "manymodel/forecast";

const uniform = random(3);
const [history, today] = [["SENSOR,READ_AT,READING"], ["SENSOR,READ_AT,READING"]];
const TRAINED = 672;
for (let sensor = 1; sensor <= 6; sensor++)
  for (let t = 0; t < TRAINED + 48; t++) {
    const at = new Date(Date.UTC(2026, 0, 1, t)).toISOString().slice(0, 19).replace("T", " ");
    const jump = t % 199 === 10 * sensor ? 12 : 0;
    const level = sensor === 2 && t >= TRAINED + 20 ? 8 : 0;
    const reading = 20 * sensor + 5 * Math.sin((2 * Math.PI * t) / 24) + normal(uniform) + jump + level;
    const isStuck = sensor === 3 && t > TRAINED + 10 && t < TRAINED + 30;
    const isSilent = sensor === 4 && t > TRAINED + 10 && t < TRAINED + 30;
    const text = isStuck ? "61.50" : reading.toFixed(2);
    if (!isSilent) (t < TRAINED ? history : today).push(`T${sensor},${at},${text}`);
  }
writeFileSync("readings.csv", `${history.join("\n")}\n`);
writeFileSync("today.csv", `${today.join("\n")}\n`);
