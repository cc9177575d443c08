// Prints the rows of a query, a line each, as a JSON array of texts: node duckdb.js SQL
const { DuckDBInstance } = require('@duckdb/node-api');

(async () => {
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run("SET TimeZone='UTC'");
  const reader = await connection.runAndReadAll(process.argv[2]);
  for (const row of reader.getRows()) {
    console.log(JSON.stringify(row.map((cell) => (cell === null ? null : String(cell)))));
  }
})();
