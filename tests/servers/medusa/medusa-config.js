// A shop on Medusa with nothing of ours but its addresses and secrets. `backend_url`: without it, photos are said to stand elsewhere.
const { defineConfig } = require("@medusajs/framework/utils")

module.exports = defineConfig({
  admin: { disable: true },
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    databaseDriverOptions: { connection: { ssl: false }, ssl: false },
    http: { jwtSecret: "for-tests-only", cookieSecret: "for-tests-only", storeCors: "*", adminCors: "*", authCors: "*" },
  },
  modules: [
    {
      resolve: "@medusajs/medusa/file",
      options: {
        providers: [
          {
            resolve: "@medusajs/medusa/file-local",
            id: "local",
            options: { upload_dir: "static", backend_url: `${process.env.SHOP_ADDRESS}/static` },
          },
        ],
      },
    },
  ],
})
