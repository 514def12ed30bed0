// Drives a running /v1 with the official Node client: `node drive.mjs '{"base": …, "client": "…/node_modules"}' [section …]`.
// The same things as drive.py, said the way Node programs say them.
import assert from 'node:assert/strict';
import {createServer} from 'node:http';
import {createRequire} from 'node:module';
import {randomUUID} from 'node:crypto';

const world = JSON.parse(process.argv[2]);
const Stripe = createRequire(`${world.client}/package.json`)('stripe');
const BACK = 'https://shop.example/back';
const own = `node-${randomUUID().slice(0, 8)}`;

function client(key = world.key, more = {}) {
  const at = new URL(world.base);
  return new Stripe(key, {host: at.hostname, port: at.port, protocol: 'http', telemetry: false, ...more});
}

const stripe = client();
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function until(condition, what, seconds = 30) {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    const found = await condition();
    if (found) return found;
    await sleep(100);
  }
  assert.fail(`waited in vain: ${what}`);
}

async function refused(call, kind, status, {code, param} = {}) {
  let error;
  try {
    await call();
  } catch (caught) {
    error = caught;
  }
  assert.ok(error, 'not refused');
  const found = [error.constructor.name, error.statusCode, error.code, error.param];
  assert.deepEqual(found, [kind, status, code ?? error.code, param ?? error.param], String(error));
  assert.match(error.requestId, /^req_/);
  assert.ok(error.message);
  return error;
}

async function pay(url, response = '00', status = '00') {
  assert.equal((await fetch(url)).status, 200);
  const reference = new URL(url).searchParams.get('vnp_TxnRef');
  const answer = await fetch(`${world.gateway}/_control/payments/${reference}`, {
    method: 'POST', body: JSON.stringify({response_code: response, transaction_status: status}),
  });
  assert.equal(answer.status, 200);
}

const intent = (more = {}, options) => stripe.paymentIntents.create({amount: 150_000, currency: 'vnd', ...more}, options);
const confirmed = (id, api = stripe) => api.paymentIntents.confirm(id, {return_url: BACK});

async function isIn(id, status) {
  const found = await stripe.paymentIntents.retrieve(id);
  return found.status === status && found;
}

async function paid(more = {}) {
  const one = await confirmed((await intent(more)).id);
  await pay(one.next_action.redirect_to_url.url);
  return until(() => isIn(one.id, 'succeeded'), 'the success');
}

const INVALID = 'StripeInvalidRequestError';

const sections = {
  async errors() {
    await refused(() => client('sk_test_nobody').customers.list(), 'StripeAuthenticationError', 401);
    const missing = {code: 'resource_missing'};
    await refused(() => stripe.paymentIntents.retrieve('pi_nothing'), INVALID, 404, {...missing, param: 'intent'});
    await refused(() => stripe.refunds.retrieve('re_nothing'), INVALID, 404, {...missing, param: 'refund'});
    await refused(() => stripe.checkout.sessions.retrieve('cs_test_nothing'), INVALID, 404, {...missing, param: 'session'});
    await refused(() => stripe.customers.retrieve('cus_nothing'), INVALID, 404, {...missing, param: 'id'});
    await refused(() => stripe.charges.retrieve('ch_nothing'), INVALID, 404, missing);
    await refused(() => stripe.events.retrieve('evt_nothing'), INVALID, 404, missing);
    await refused(() => stripe.paymentIntents.create({currency: 'vnd'}), INVALID, 400, {code: 'parameter_missing', param: 'amount'});
    for (const [wrong, code, param] of [
      [{amount: 'ten'}, 'parameter_invalid_integer', 'amount'],
      [{amount: 10000.5}, 'parameter_invalid_integer', 'amount'],
      [{amount: 4999}, 'amount_too_small', 'amount'],
      [{amount: 1_000_000_000}, 'amount_too_large', 'amount'],
      [{colour: 'red'}, 'parameter_unknown', 'colour'],
      [{currency: 'usd'}, undefined, 'currency'],
      [{currency: ''}, 'parameter_invalid_empty', 'currency'],
      [{capture_method: 'manual'}, undefined, 'capture_method'],
      [{setup_future_usage: 'off_session'}, undefined, 'setup_future_usage'],
      [{confirm: true, return_url: 'nowhere'}, 'url_invalid', 'return_url'],
      [{expand: ['nonsense']}, undefined, undefined],
    ]) await refused(() => intent(wrong), INVALID, 400, {code, param});
    await refused(() => intent({customer: 'cus_nothing'}), INVALID, 404, {...missing, param: 'customer'});
    await refused(() => stripe.paymentIntents.list({limit: 101}), INVALID, 400, {param: 'limit'});
  },

  async customers() {
    const email = `${own}@example.vn`;
    const one = await stripe.customers.create({
      email, name: 'Nguyễn Thị An', phone: '+84912345678', description: 'Khách [quen] & bạn + 1',
      address: {line1: '12 Lê Lợi', city: 'Biên Hòa', country: 'VN'}, metadata: {shop: 'an', 'số': '12 + 3'},
    });
    assert.deepEqual([one.object, one.email, one.description, one.address.city], ['customer', email, 'Khách [quen] & bạn + 1', 'Biên Hòa']);
    assert.deepEqual({...one.metadata}, {shop: 'an', 'số': '12 + 3'});
    assert.match(one.lastResponse.requestId, /^req_/);
    assert.deepEqual(JSON.stringify(await stripe.customers.retrieve(one.id)), JSON.stringify(one));
    let changed = await stripe.customers.update(one.id, {metadata: {shop: '', new: '1'}, description: ''});
    assert.deepEqual([{...changed.metadata}, changed.description], [{'số': '12 + 3', new: '1'}, null]);
    changed = await stripe.customers.update(one.id, {metadata: ''});
    assert.deepEqual({...changed.metadata}, {});
    assert.deepEqual((await stripe.customers.list({email})).data.map((each) => each.id), [one.id]);
    const gone = await stripe.customers.del(one.id);
    assert.deepEqual([gone.id, gone.object, gone.deleted], [one.id, 'customer', true]);
  },

  async intents() {
    const customer = await stripe.customers.create({email: `b-${own}@example.vn`});
    const one = await intent({
      customer: customer.id, description: 'Hai cân bưởi', metadata: {order: '12'}, payment_method_types: ['vnpay'],
      shipping: {name: 'An', address: {line1: '12 Lê Lợi'}},
    });
    assert.deepEqual(
      [one.status, one.last_payment_error, one.next_action, one.latest_charge, one.livemode, one.shipping.address.line1],
      ['requires_payment_method', null, null, null, false, '12 Lê Lợi'],
    );
    assert.equal((await stripe.paymentIntents.retrieve(one.id, {expand: ['customer']})).customer.email, customer.email);
    assert.equal((await stripe.paymentIntents.retrieve(one.id, {client_secret: one.client_secret})).id, one.id);
    const changed = await stripe.paymentIntents.update(one.id, {amount: 160_000, metadata: {order: '', b: '2'}});
    assert.deepEqual([changed.amount, {...changed.metadata}], [160_000, {b: '2'}]);
    const since = Math.floor(Date.now() / 1000) - 60;
    const list = await stripe.paymentIntents.list({customer: customer.id, created: {gte: since}, expand: ['data.customer'], limit: 3});
    assert.deepEqual([list.data.map((each) => each.customer.email), list.has_more], [[customer.email], false]);
    await refused(() => stripe.paymentIntents.confirm(one.id), INVALID, 400, {param: 'return_url'});
    const asked = await confirmed(one.id);
    assert.equal(asked.status, 'requires_action');
    assert.ok(asked.next_action.redirect_to_url.url.startsWith(world.gateway));
    const error = await refused(() => stripe.paymentIntents.capture(one.id), INVALID, 400, {code: 'payment_intent_unexpected_state'});
    assert.equal(error.payment_intent.id, one.id);
    const stopped = await stripe.paymentIntents.cancel(one.id, {cancellation_reason: 'abandoned'});
    assert.deepEqual([stopped.status, stopped.cancellation_reason], ['canceled', 'abandoned']);
    await refused(() => confirmed(one.id), INVALID, 400, {code: 'payment_intent_unexpected_state'});
  },

  async payments() {
    let one = await confirmed((await intent()).id);
    await pay(one.next_action.redirect_to_url.url, '51', '02');
    one = await until(() => isIn(one.id, 'requires_payment_method'), 'the decline');
    assert.deepEqual([one.last_payment_error.code, one.last_payment_error.decline_code], ['card_declined', 'insufficient_funds']);
    one = await confirmed(one.id);
    await pay(one.next_action.redirect_to_url.url);
    await until(() => isIn(one.id, 'succeeded'), 'the success');
    one = await stripe.paymentIntents.retrieve(one.id, {expand: ['latest_charge']});
    const charge = one.latest_charge;
    assert.deepEqual([charge.amount, charge.paid, charge.refunded, charge.payment_method_details.type], [150_000, true, false, 'vnpay']);
    assert.equal((await stripe.charges.retrieve(charge.id)).id, charge.id);
    // What the bank declined is a charge as well, one that failed.
    const charges = (await stripe.charges.list({payment_intent: one.id})).data;
    assert.deepEqual(charges.map((each) => [each.status, each.failure_code]), [['succeeded', null], ['failed', 'card_declined']]);
    const part = await stripe.refunds.create({payment_intent: one.id, amount: 50_000, reason: 'duplicate', metadata: {a: '1'}});
    const rest = await stripe.refunds.create({charge: charge.id});
    assert.deepEqual([part.amount, rest.amount], [50_000, 100_000]);
    await refused(() => stripe.refunds.create({charge: charge.id}), INVALID, 400, {code: 'charge_already_refunded'});
    for (const each of [part, rest])
      await until(async () => (await stripe.refunds.retrieve(each.id)).status === 'succeeded', 'the refund');
    const noted = await stripe.refunds.update(part.id, {metadata: {a: '', b: '2'}});
    assert.deepEqual({...noted.metadata}, {b: '2'});
    assert.deepEqual((await stripe.refunds.list({payment_intent: one.id})).data.map((each) => each.id), [rest.id, part.id]);
    assert.equal((await stripe.refunds.retrieve(part.id, {expand: ['charge', 'payment_intent']})).charge.id, charge.id);
    await refused(() => stripe.refunds.cancel(part.id), INVALID, 400);
  },

  async sessions() {
    const line = (name, unit_amount, quantity) => ({price_data: {currency: 'vnd', unit_amount, product_data: {name}}, quantity});
    const session = (more = {}) => stripe.checkout.sessions.create({
      mode: 'payment', success_url: 'https://shop.example/ok?s={CHECKOUT_SESSION_ID}', cancel_url: 'https://shop.example/no',
      line_items: [line('Bưởi Tân Triều', 45_000, 2), line('Mật ong', 60_000, 1)], ...more,
    });
    const one = await session({client_reference_id: 'DH-12', payment_intent_data: {metadata: {deep: 'yes'}}});
    assert.deepEqual([one.status, one.payment_status, one.amount_total, one.client_reference_id], ['open', 'unpaid', 150_000, 'DH-12']);
    const deep = await stripe.checkout.sessions.retrieve(one.id, {expand: ['payment_intent', 'line_items']});
    assert.deepEqual([{...deep.payment_intent.metadata}, deep.line_items.data.length], [{deep: 'yes'}, 2]);
    const lines = [];
    for await (const each of stripe.checkout.sessions.listLineItems(one.id, {limit: 1})) lines.push(each.description);
    assert.deepEqual(lines, ['Bưởi Tân Triều', 'Mật ong']);
    assert.deepEqual(
      (await stripe.checkout.sessions.list({payment_intent: deep.payment_intent.id})).data.map((each) => each.id), [one.id]);
    const over = await stripe.checkout.sessions.expire((await session()).id);
    assert.deepEqual([over.status, over.url], ['expired', null]);
    await refused(() => session({mode: 'subscription'}), INVALID, 400, {param: 'mode'});
  },

  async events() {
    const began = Math.floor(Date.now() / 1000) - 2;
    const one = await paid();
    const told = await stripe.events.list({limit: 100, created: {gte: began}, types: ['payment_intent.created', 'payment_intent.succeeded']});
    const about = told.data.filter((event) => event.data.object.id === one.id);
    assert.deepEqual(about.map((event) => event.type), ['payment_intent.succeeded', 'payment_intent.created']);
    assert.equal((await stripe.events.retrieve(about[0].id)).data.object.status, 'succeeded');
    await stripe.events.list({type: 'payment_intent.succeeded', delivery_success: false, limit: 1});
  },

  async webhooks() {
    const heard = [];
    const server = createServer((request, answer) => {
      const parts = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => {
        heard.push([request.headers['stripe-signature'], Buffer.concat(parts)]);
        answer.end();
      });
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${server.address().port}/hook`;
    const one = await stripe.webhookEndpoints.create({url, enabled_events: ['*'], metadata: {a: '1'}});
    assert.match(one.secret, /^whsec_/);
    assert.equal((await stripe.webhookEndpoints.retrieve(one.id)).secret, undefined);
    const made = await paid();
    const mine = () => heard.filter(([, body]) => body.includes(made.id)).map(([signature, body]) => [signature, body, JSON.parse(body).type]);
    await until(() => mine().some(([, , kind]) => kind === 'payment_intent.succeeded'), 'the delivery');
    for (const [signature, body, kind] of mine()) {
      assert.equal(stripe.webhooks.constructEvent(body, signature, one.secret).type, kind);
      assert.throws(() => stripe.webhooks.constructEvent(`${body} `, signature, one.secret));
    }
    const off = await stripe.webhookEndpoints.update(one.id, {disabled: true});
    assert.equal(off.status, 'disabled');
    assert.ok((await stripe.webhookEndpoints.list()).data.some((each) => each.id === one.id));
    assert.equal((await stripe.webhookEndpoints.del(one.id)).deleted, true);
    server.close();
    server.closeAllConnections();
  },

  async idempotency() {
    const idempotencyKey = `key-${randomUUID()}`;
    const first = await intent({}, {idempotencyKey});
    const again = await intent({}, {idempotencyKey});
    assert.equal(again.id, first.id);
    assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
    const error = await refused(() => intent({amount: 160_000}, {idempotencyKey}), 'StripeIdempotencyError', 400);
    assert.ok(error.message.includes(idempotencyKey));
    const shared = {idempotencyKey: `key-${randomUUID()}`};
    const patient = client(world.key, {maxNetworkRetries: 8});
    const many = await Promise.all(Array.from({length: 20}, () => patient.paymentIntents.create({amount: 9000, currency: 'vnd'}, shared)));
    assert.deepEqual([...new Set(many.map((each) => each.id))], [many[0].id]);
  },

  async strangers() {
    const one = await intent();
    for (const key of [world.foreign_key, world.live_key]) {
      await refused(() => client(key).paymentIntents.retrieve(one.id), INVALID, 404, {code: 'resource_missing'});
      await refused(() => confirmed(one.id, client(key)), INVALID, 404, {code: 'resource_missing'});
    }
  },

  async paging() {
    const found = [];
    for await (const each of stripe.customers.list({limit: 100})) found.push(each.id);
    const missing = Math.max(0, 250 - found.length);
    await Promise.all(Array.from({length: 4}, async (_, lane) => {
      for (let number = lane; number < missing; number += 4) await stripe.customers.create({name: 'Một trong nhiều'});
    }));
    const listed = [];
    for await (const each of stripe.customers.list({limit: 100})) listed.push(each.id);
    assert.equal(new Set(listed).size, Math.max(250, found.length));
    assert.equal(listed.length, new Set(listed).size);
    const array = await stripe.customers.list({limit: 90}).autoPagingToArray({limit: 1000});
    assert.deepEqual(array.map((each) => each.id), listed);
  },
};

for (const name of process.argv.length > 3 ? process.argv.slice(3) : Object.keys(sections)) {
  const began = Date.now();
  await sections[name]();
  console.log(JSON.stringify({section: name, seconds: (Date.now() - began) / 1000}));
}
