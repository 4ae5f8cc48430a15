import { ManymodelError } from "../../core/errors.ts";
import type { Database } from "./statement.ts";

/**
 * Returns a database whose statements refuse values that SQLite cannot bind. The driver would end the process. Such a value
 * comes from the database itself, where a bit that flipped makes bytes of a text.
 */
export function checkValues(db: Database): Database {
  return {
    prepare(sql) {
      const statement = db.prepare(sql);
      const check = (values: unknown[]) => {
        const isUnbindable = (value: unknown) => typeof value === "object" && value !== null;
        if (values.flat().some(isUnbindable))
          throw new ManymodelError(
            "corrupt",
            "a name in the workspace's database is damaged; restore the database from a backup",
          );
        return values;
      };
      return {
        get: (...values) => statement.get(...check(values)),
        all: (...values) => statement.all(...check(values)),
        run: (...values) => statement.run(...check(values)),
      };
    },
    exec: (sql) => db.exec(sql),
    get inTransaction() {
      return db.inTransaction;
    },
    close: () => db.close(),
  };
}
