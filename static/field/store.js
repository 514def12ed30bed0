// The device's own database. One transaction per step: it is whole or it is not there, wherever the browser is killed.
// Only ids, states and times stand here in the clear; everything about people is sealed by vault.js before it comes.

const NAME = "lensan-field";
const VERSION = 1;
let opening = null;

const STORES = {
  meta: {}, // key → value
  vaults: { keyPath: "id", indexes: ["person"] },
  drafts: { keyPath: "id", indexes: ["person"] },
  queue: { keyPath: "submission", indexes: ["person"] },
  photos: { keyPath: "id", indexes: ["holder"] }, // id: holder:sha256; holder: the id of a draft, later of its submission
  received: { keyPath: "submission", indexes: ["person"] },
  bundles: { keyPath: "person" },
  sequences: {}, // record → how many submissions this device has made of it
};
export const ALL = Object.keys(STORES);

function upgrade(database) {
  for (const [name, { keyPath, indexes = [] }] of Object.entries(STORES)) {
    if (database.objectStoreNames.contains(name)) continue;
    const store = database.createObjectStore(name, keyPath ? { keyPath } : {});
    for (const field of indexes) store.createIndex(field, field);
  }
}

function connect() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => upgrade(request.result);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      const forget = () => {
        opening = null;
      };
      database.onclose = forget; // the system took it away; the next step opens it again
      database.onversionchange = () => {
        database.close();
        forget();
      };
      resolve(database);
    };
  }).catch((error) => {
    opening = null;
    throw error;
  });
  return opening;
}

async function begin(names, mode) {
  // Safari sometimes loses the connection in the background: the first try after that fails, a new connection does not.
  try {
    return (await connect()).transaction(names, mode, { durability: "strict" });
  } catch (error) {
    if (error.name !== "InvalidStateError" && error.name !== "UnknownError") throw error;
    opening = null;
    return (await connect()).transaction(names, mode, { durability: "strict" });
  }
}

// Runs `work(stores)` in one transaction over the stores named; it may wait for requests of these stores and for nothing
// else. Resolves with its result when the change is on the disk; an error undoes the whole step.
async function step(mode, names, work) {
  const transaction = await begin(names, mode);
  const stores = Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)]));
  return new Promise((resolve, reject) => {
    let result;
    let failure = null;
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () => reject(failure ?? transaction.error ?? new Error("aborted"));
    Promise.resolve(work(stores)).then(
      (value) => {
        result = value;
      },
      (error) => {
        failure = error;
        try {
          transaction.abort();
        } catch {
          reject(error);
        }
      },
    );
  });
}

export const write = (names, work) => step("readwrite", names, work);
export const read = (names, work) => step("readonly", names, work);

// A request as a promise, for use inside a step.
export function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export const get = (name, key) => read([name], (stores) => asked(stores[name].get(key)));
export const all = (name) => read([name], (stores) => asked(stores[name].getAll()));
export const put = (name, row) => write([name], (stores) => void stores[name].put(row));
export const remember = (key, value) => write(["meta"], ({ meta }) => void meta.put(value, key));

export const where = (name, index, value) =>
  read([name], (stores) => asked(stores[name].index(index).getAll(value)));

// Inside a step: removes every row of that index value.
export async function removeWhere(store, index, value) {
  for (const key of await asked(store.index(index).getAllKeys(value))) store.delete(key);
}
