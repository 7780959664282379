// A Node.js client of Beckon: knows the service by its .proto files, not by reflection.
//   node main_job.js ADDRESS PROTO_FOLDER INCLUDE_FOLDER...      token in $BECKON_TOKEN
// Prints "ok WHAT" a line for each thing it tried; throws at the first that is not as it should be.
'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const [address, protoFolder, ...includeFolders] = process.argv.slice(2);
const services = fs.readdirSync(path.join(protoFolder, 'beckon/v1'))
  .filter((name) => name.endsWith('_service.proto')).map((name) => 'beckon/v1/' + name);
const api = loader.loadSync(
  [...services, 'grpc/health/v1/health.proto', 'google/rpc/status.proto',
    'google/rpc/error_details.proto'],
  { includeDirs: [protoFolder, ...includeFolders], keepCase: true, longs: String, enums: String,
    defaults: true, oneofs: true });
const root = grpc.loadPackageDefinition(api);

const deadline = () => ({ deadline: Date.now() + 10000 });
const metadata = () => {
  const out = new grpc.Metadata();
  out.set('authorization', 'Bearer ' + process.env.BECKON_TOKEN);
  return out;
};
const clients = [];
const connect = (Service) => {
  const client = new Service(address, grpc.credentials.createInsecure());
  clients.push(client);
  return (method, request) => new Promise((resolve, reject) => {
    client[method](request, metadata(), deadline(),
      (error, reply) => (error ? reject(error) : resolve(reply)));
  });
};
const stream = (Service, method, request) => new Promise((resolve, reject) => {
  const client = new Service(address, grpc.credentials.createInsecure());
  clients.push(client);
  const messages = [];
  client[method](request, metadata(), deadline())
    .on('data', (message) => messages.push(message))
    .on('error', reject).on('end', () => resolve(messages));
});
// The google.rpc details of an error, by the short names of their types.
const detailsOf = (error) => {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  const status = api['google.rpc.Status'].deserialize(bytes);
  const out = { status };
  for (const any of status.details) {
    const name = any.type_url.split('/')[1];
    (out[name.split('.').pop()] ??= []).push(api[name].deserialize(any.value));
  }
  return out;
};

async function main() {
  const v1 = root.beckon.v1;
  const health = await connect(root.grpc.health.v1.Health)('Check', { service: '' });
  assert.equal(health.status, 'SERVING');
  console.log('ok health');

  const shop = await connect(v1.ShopService)('CreateShop', { shop: { shop_id: 'JS1', name: '店' } });
  assert.equal(shop.shop.name, '店');
  const members = connect(v1.MemberService);
  const registered = await members('RegisterMember', {
    phone: '13700137000', consent_policy_version: '1', name: '小王', shop_id: 'JS1',
  });
  assert.equal(registered.scan_result, 'SCAN_RESULT_NONE');
  const { member } = await members('GetMember', { phone: '+8613700137000' });
  assert.equal(member.name, '小王');
  assert.equal(member.member_number, registered.member_number);
  console.log('ok register');

  const purchases = connect(v1.PurchaseService);
  const amount = '900000000001'; // beyond 32 bits
  const request = {
    shop_id: 'JS1', receipt_number: 'R-1', member_number: registered.member_number,
    amount_minor: amount, occurred_at: { seconds: '1714550400', nanos: 0 },
  };
  const { purchase } = await purchases('RecordPurchase', request);
  assert.equal(purchase.amount_minor, amount);
  assert.deepEqual(await purchases('RecordPurchase', request), { purchase });
  console.log('ok record');

  const list = await purchases('ListPurchases', { member_number: registered.member_number });
  assert.deepEqual(list.purchases.map((row) => row.receipt_number), ['R-1']);
  console.log('ok list');

  const many = await Promise.all(Array.from({ length: 64 }, (_, i) => purchases('RecordPurchase', {
    ...request, receipt_number: 'M-' + i, amount_minor: String(i) })));
  assert.deepEqual(many.map((reply) => reply.purchase.amount_minor),
    Array.from({ length: 64 }, (_, i) => String(i)));
  console.log('ok 64 in flight');

  const refused = await purchases('RecordPurchase', { ...request, amount_minor: '1' })
    .then(() => assert.fail('a reused receipt was recorded'), (error) => error);
  assert.equal(refused.code, grpc.status.ALREADY_EXISTS);
  const details = detailsOf(refused);
  assert.equal(details.status.code, grpc.status.ALREADY_EXISTS);
  assert.equal(details.ErrorInfo[0].reason, 'RECEIPT_REUSED');
  assert.equal(details.BadRequest[0].field_violations[0].field, 'receipt_number');
  assert.deepEqual(details.LocalizedMessage.map((text) => text.locale), ['en', 'zh-CN']);
  assert.equal(details.LocalizedMessage[0].message, refused.details);
  console.log('ok error with details');

  const verified = await stream(v1.StoreService, 'VerifyStore', {});
  assert.equal(verified.at(-1).done, true);
  assert.equal(verified.at(-1).finding_count, '0');
  console.log('ok stream');
  clients.forEach((client) => client.close());
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
