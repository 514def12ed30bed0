// Doors that a real shop has not: for tests, on this machine only.
const { DataSource } = require('typeorm');

/** POST /_control/NAME, JSON there and back. */
exports.doors = shop => async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const given = JSON.parse(Buffer.concat(parts).toString() || '{}');
  const name = request.originalUrl.split('?')[0].split('/').pop();
  try {
    const source = shop.app.get(DataSource);
    response.json((await DOORS[name](source, given)) ?? null);
  } catch (fault) {
    response.status(500).json(String(fault.stack ?? fault));
  }
};

let held;
const DOORS = {
  /** Keep everything as it is now. */
  keep: async source => {
    held = source.driver.databaseConnection.export();
    // Copying it out closes what was open, and with that forgets this setting.
    source.driver.databaseConnection.run('PRAGMA foreign_keys = ON');
  },
  /** Everything as it was kept. */
  reset: async source => {
    await source.driver.load(held, false);
  },
  /** The rows that a statement brings. */
  sql: async (source, { statement, values }) => source.query(statement, values ?? []),
};

/** Calls one after the other: each begins when the answer to the last one has left. */
exports.oneAtATime = () => {
  let turn = Promise.resolve();
  return (request, response, next) => {
    const before = turn;
    turn = new Promise(done => response.once('close', done));
    before.then(() => next());
  };
};
