// A stock Vendure in memory, for tests: what differs from a fresh shop is said beside each line.
// VENDURE_HOME is where its files go, VENDURE_PORT where it listens (on this machine only), VENDURE_KEEPER and VENDURE_PASSWORD
// are those of its owner.
const path = require('node:path');
const { AssetServerPlugin } = require('@vendure/asset-server-plugin');
const { bootstrap, dummyPaymentHandler, DefaultLogger, LogLevel, NoopSessionCacheStrategy } = require('@vendure/core');
const { doors, oneAtATime } = require('./doors');

const home = process.env.VENDURE_HOME;
const port = Number(process.env.VENDURE_PORT);
const keeper = { identifier: process.env.VENDURE_KEEPER, password: process.env.VENDURE_PASSWORD };
const shop = {};

const config = {
  apiOptions: {
    hostname: '127.0.0.1',
    port,
    middleware: [
      { route: '_control', handler: doors(shop) },
      // The embedded database has one connection, so that the transactions of two calls would become one.
      { route: 'admin-api', handler: oneAtATime() },
    ],
  },
  // As the vendor's own set-up program writes it; without "bearer" no program could log in.
  // Sessions are asked for in the database each time: a test ends them there.
  authOptions: {
    tokenMethod: ['bearer', 'cookie'],
    superadminCredentials: keeper,
    sessionCacheStrategy: new NoopSessionCacheStrategy(),
  },
  dbConnectionOptions: { type: 'sqljs', synchronize: true },
  defaultLanguageCode: 'vi',
  importExportOptions: { importAssetsDir: home },
  logger: new DefaultLogger({ level: LogLevel.Warn, timestamp: false }),
  paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
  plugins: [AssetServerPlugin.init({ route: 'assets', assetUploadDir: path.join(home, 'assets') })],
};

bootstrap(config).then(app => {
  shop.app = app;
});
