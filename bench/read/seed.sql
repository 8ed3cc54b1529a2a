-- A hub with `:n` orders, written table by table. Each has three lines, is paid, routed, packed and shipped;
-- one of ten has a return, one of twenty a hold, one of fifty a case.

insert into channels (id, key, name, currency) overriding system value
values (11, 'shop', 'Web shop', 'GBP'), (12, 'market', 'Marketplace', 'GBP');

insert into locations (id, code, name, kind, timezone) overriding system value
values (1, 'north', 'Leeds', 'WAREHOUSE', 'Europe/London'), (2, 'south', 'Dover', 'WAREHOUSE', 'Europe/London'),
       (3, 'shop', 'Oxford Street', 'STORE', 'Europe/London');

insert into items (id, sku, name, barcode, weight_grams) overriding system value
select i, 'SKU-' || lpad(i::text, 5, '0'), (array['Red', 'Blue', 'Green', 'White', 'Oak'])[1 + i % 5] || ' '
  || (array['lamp', 'mug', 'chair', 'clock', 'tray', 'bowl', 'vase'])[1 + i % 7] || ' no. ' || i,
  (5000000000000 + i)::text, 100 + i % 900
from generate_series(1, 5000) i;

insert into stock_levels (item_id, location_id, bin, on_hand, reserved)
select i, place, 'A-' || i % 40, 500 + i % 100, i % 50 from generate_series(1, 5000) i, generate_series(1, 3) place;

insert into customers (id, email, name, phone, order_count) overriding system value
select c, 'shopper-' || c || '@example.org',
  (array['Ann', 'Bob', 'Cem', 'Dee', 'Eve'])[1 + c % 5] || ' ' || (array['Ames', 'Berg', 'Cole'])[1 + c % 3] || ' ' || c,
  '+4420' || lpad(c::text, 8, '0'), 4
from generate_series(1, greatest(:n / 4, 1)) c;

insert into orders (id, number, channel_id, external_id, external_number, status, payment_status, fulfillment_status,
  return_status, validated_at, placed_at, created_at, updated_at, completed_at, ship_by, customer_id, email, phone,
  shipping_address, billing_address, country, shipping_method, currency, taxes_included, subtotal_minor, tax_minor,
  shipping_minor, total_minor, paid_minor, tags, search) overriding system value
select o, 'S' || o, 11 + o % 2, 'x' || o, '#' || o, (case when o % 20 = 0 then 'PROCESSING' else 'COMPLETED' end), 'PAID',
  'FULFILLED', (case when o % 10 = 0 then 'RETURNED' else 'NONE' end), placed, placed, placed, placed + interval '2 days',
  case when o % 20 > 0 then placed + interval '2 days' end, placed + interval '1 day', c.id, c.email, c.phone,
  address, address, 'GB', 'standard', 'GBP', true, 3 * (500 + o % 900), 250, 399, 399 + 3 * (500 + o % 900),
  399 + 3 * (500 + o % 900), array['web'], lower('S' || o || ' #' || o || ' ' || c.name || ' ' || c.email)
from generate_series(1, :n) o
join customers c on c.id = 1 + o % greatest(:n / 4, 1)
cross join lateral (select timestamptz '2026-01-01' + o * interval '27 seconds' as placed,
  jsonb_build_object('name', c.name, 'line1', o % 300 || ' High Street',
    'city', (array['London', 'Leeds', 'York', 'Bath'])[1 + o % 4],
    'postal_code', 'AB' || o % 90 || ' 1CD', 'country', 'GB', 'email', c.email) as address) made;

insert into order_lines (id, order_id, position, sku, name, item_id, quantity, shipped, currency, unit_price_minor,
  tax_minor, total_minor) overriding system value
select o * 3 - 3 + line, o, line, item.sku, item.name, item.id, 1 + (o + line) % 3, 1 + (o + line) % 3, 'GBP',
  500 + o % 900, 83, 500 + o % 900
from generate_series(1, :n) o, generate_series(1, 3) line
join items item on true where item.id = 1 + (o * 7::bigint + line * 131) % 5000;

insert into payments (order_id, state, gateway, reference, currency, amount_minor, captured_minor)
select id, 'CAPTURED', 'card', 'ch_' || id, currency, total_minor, total_minor from orders;

insert into routing_decisions (id, order_id, strategy, cost_minor, cost_currency, decided_at) overriding system value
select id, id, 'cheapest', 320, 'GBP', placed_at from orders;

insert into routing_candidates (decision_id, location_id, chosen, score, cost_minor, cost_currency, rejections)
select o, place, place = 1, place * 3.2, 320 * place, 'GBP', case when place = 1 then '{}' else array['dearer'] end
from generate_series(1, :n) o, generate_series(1, 2) place;

insert into fulfillment_orders (id, order_id, location_id, method, request_state, work_state, created_at)
overriding system value
select id, id, 1, 'SELF', 'CLOSED', 'CLOSED', placed_at from orders;

insert into fulfillment_lines (fulfillment_order_id, order_line_id, item_id, sku, quantity, accepted, picked, shipped)
select order_id, id, item_id, sku, quantity, quantity, quantity, quantity from order_lines;

insert into shipments (id, order_id, fulfillment_order_id, location_id, status, carrier, service, tracking_number,
  tracking_url, cost_minor, cost_currency, shipped_at, delivered_at, created_at) overriding system value
select id, id, id, 1, 'DELIVERED', 'parcels', 'next-day', 'TRK' || lpad(id::text, 10, '0'),
  'https://track.example/TRK' || id, 320, 'GBP', placed_at + interval '20 hours', placed_at + interval '2 days', placed_at
from orders;

insert into packages (id, shipment_id, weight_grams, tracking_number) overriding system value
select id, id, 900, 'TRK' || lpad(id::text, 10, '0') from orders;

insert into labels (package_id, shipment_id, state, carrier, service, cost_minor, cost_currency, format, purchased_at)
select id, id, 'PURCHASED', 'parcels', 'next-day', 320, 'GBP', 'pdf', placed_at + interval '19 hours' from orders;

insert into shipment_lines (shipment_id, package_id, order_line_id, item_id, sku, quantity)
select order_id, order_id, id, item_id, sku, quantity from order_lines;

insert into tracking_events (shipment_id, package_id, status, raw_code, message, place, occurred_at)
select id, id, (array['IN_TRANSIT', 'DELIVERED'])[scan], 'C' || scan, 'Scanned', 'Hub ' || scan,
  placed_at + scan * interval '1 day'
from orders, generate_series(1, 2) scan;

insert into events (name, subject, order_id, message, actor, occurred_at)
select (array['order.created', 'order.routed', 'shipment.delivered'])[nth], 'ord_' || id, id,
  'Order ' || number || ' moved on.', 'hub', placed_at + nth * interval '1 hour'
from orders, generate_series(1, 3) nth;

insert into holds (order_id, kind, code, message, fix, opened_by)
select id, 'ADDRESS', 'no_such_street', 'The street is unknown.', 'Ask for another address.', 'hub'
from orders where id % 20 = 0;

insert into returns (id, number, order_id, state, policy, requested_at) overriding system value
select id, 'R' || id, id, 'CLOSED', '{"accepted": true, "automatic": true, "reasons": [], "policy": "30 days"}', placed_at
from orders where id % 10 = 0;

insert into return_lines (return_id, order_line_id, sku, reason, quantity, approved, received)
select order_id, id, sku, 'CHANGED_MIND', 1, 1, 1 from order_lines where order_id % 10 = 0 and position = 1;

insert into refunds (order_id, return_id, state, currency, amount_minor)
select id, id, 'SUCCEEDED', currency, 500 from orders where id % 10 = 0;

insert into cases (number, kind, code, title, message, state, order_id)
select 'C' || id, 'SHIPMENT', 'late', 'Late parcel', 'It was a day late.', 'RESOLVED', id from orders where id % 50 = 0;
