// Calls without a pause until standard input ends, then says what became of them.
//   node load.js SETTINGS.json     {address, token, folders, files, at_once}
// Prints "ready" after the first answers, and at the end {ok, failed: {"CODE words": n}} as JSON.
'use strict';
const fs = require('node:fs');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const settings = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const { beckon } = grpc.loadPackageDefinition(
  loader.loadSync(settings.files, { longs: String, includeDirs: settings.folders }));
const client = new beckon.v1.ShopService(settings.address, grpc.credentials.createInsecure());
const metadata = new grpc.Metadata();
metadata.add('authorization', `Bearer ${settings.token}`);
const counts = { ok: 0, failed: {} };
let ended = false;

const call = (method, request) => new Promise((resolve) => {
  client[method](request, metadata, { deadline: Date.now() + 20000 }, (error) => {
    if (error) {
      const what = `${error.code} ${error.details}`;
      counts.failed[what] = (counts.failed[what] ?? 0) + 1;
    } else {
      counts.ok += 1;
    }
    resolve();
  });
});

async function work(number) {
  for (let i = 0; !ended; i += 1) {
    await call('CreateShop', { shop: { shopId: `js-${number}-${i}` } });
    await call('ListShops', { pageSize: 500 });
  }
}

async function main() {
  process.stdin.on('end', () => { ended = true; }).resume();
  await call('ListShops', { pageSize: 1 });
  console.log('ready');
  await Promise.all(Array.from({ length: settings.at_once }, (_, i) => work(i)));
  client.close();
  console.log(JSON.stringify(counts));
}

main();
