/** A column: its name, and how it is set where it is no text (`n`: numbers; `far`: left out where there is little room). */
export type HeadColumn = string | readonly [name: string, style: string];

/** Shows the head of a table. */
export function TableHead({ columns }: { columns: readonly HeadColumn[] }) {
  return (
    <thead>
      <tr>
        {columns.map((column) => {
          const [name, style] = typeof column === "string" ? [column, undefined] : column;
          return (
            <th key={name} scope="col" class={style}>
              {name}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}
