// usage: node telegram_test_api.js FOLDER PORT: the npm package telegram-test-api as a server.
"use strict";

const TelegramServer = require(process.argv[2]);

new TelegramServer({ port: Number(process.argv[3]), host: "127.0.0.1", storeTimeout: 600 }).start()
	.then(() => console.log("listening"));
