"""The four axes of an order's status: one SQL expression each, over the facts that `core/flows/statuses.py` gathers.

Facts about units count only lines that ship (a bundle's components, not the bundle): `units`, `waiting` (open),
`backordered`, `allocated`, `shipped`, `cancelled`, `cancelling`, `returned`. An order that ships nothing at all
(vouchers, services) counts all of its lines instead. In each table the first row that fits decides.
"""

from core.orders.states import FulfillmentStatus, OrderStatus, PaymentStatus, ReturnStatus

#   CANCELLED    units were ordered and all of them are cancelled
#   CANCELLING   all units that are left wait for an answer to our request to stop
#   COMPLETED    nothing is left to ship, something shipped, and none of our tracked parcels is still under way
#   PROCESSING   units are allocated or shipped
#   PENDING      on hold, or the checks are due
#   CONFIRMED    otherwise
ORDER = f"""
case
    when units > 0 and cancelled = units then '{OrderStatus.CANCELLED}'
    when cancelling > 0 and cancelling >= waiting + backordered + allocated then '{OrderStatus.CANCELLING}'
    when units > 0 and waiting + backordered + allocated = 0 and parcels_under_way = 0 then '{OrderStatus.COMPLETED}'
    when allocated + shipped > 0 then '{OrderStatus.PROCESSING}'
    when held or not validated then '{OrderStatus.PENDING}'
    else '{OrderStatus.CONFIRMED}'
end
"""

#   DISPUTED             money of a payment is charged back
#   REFUNDED             all that was captured went back
#   PARTIALLY_REFUNDED   some of it did
#   PAID                 captured covers what is due, or the order was free from the start
#   PARTIALLY_PAID       captured covers some of it
#   AUTHORIZED           nothing captured, but promised
#   VOIDED               a payment was given up, or nothing is due any more
#   UNPAID               otherwise
PAYMENT = f"""
case
    when disputed > 0 then '{PaymentStatus.DISPUTED}'
    when captured > 0 and refunded >= captured then '{PaymentStatus.REFUNDED}'
    when captured > 0 and refunded > 0 then '{PaymentStatus.PARTIALLY_REFUNDED}'
    when captured >= due and (captured > 0 or total <= 0) then '{PaymentStatus.PAID}'
    when captured > 0 then '{PaymentStatus.PARTIALLY_PAID}'
    when authorized > 0 then '{PaymentStatus.AUTHORIZED}'
    when voided or due <= 0 then '{PaymentStatus.VOIDED}'
    else '{PaymentStatus.UNPAID}'
end
"""

#   EXCEPTION             a parcel is lost, failed or on its way back
#   DELIVERED             all that is not cancelled shipped, and every parcel arrived
#   IN_TRANSIT            all shipped, and a carrier has seen a parcel
#   FULFILLED             all shipped
#   PARTIALLY_FULFILLED   some shipped
#   BACKORDERED           none shipped, some backordered
#   UNFULFILLED           otherwise, cancelled orders included
FULFILLMENT = f"""
case
    when parcels_in_trouble > 0 then '{FulfillmentStatus.EXCEPTION}'
    when shipped > 0 and shipped = units - cancelled and parcels > 0 and parcels_delivered = parcels
        then '{FulfillmentStatus.DELIVERED}'
    when shipped > 0 and shipped = units - cancelled and parcels_moving + parcels_delivered > 0
        then '{FulfillmentStatus.IN_TRANSIT}'
    when shipped > 0 and shipped = units - cancelled then '{FulfillmentStatus.FULFILLED}'
    when shipped > 0 then '{FulfillmentStatus.PARTIALLY_FULFILLED}'
    when backordered > 0 then '{FulfillmentStatus.BACKORDERED}'
    else '{FulfillmentStatus.UNFULFILLED}'
end
"""

#   IN_PROGRESS   a return is approved, on its way or being looked at
#   REQUESTED     a return waits for a decision
#   RETURNED      units came back
#   NONE          otherwise: declined, cancelled and expired returns leave no mark
RETURN = f"""
case
    when returns_in_progress > 0 then '{ReturnStatus.IN_PROGRESS}'
    when returns_requested > 0 then '{ReturnStatus.REQUESTED}'
    when returned > 0 then '{ReturnStatus.RETURNED}'
    else '{ReturnStatus.NONE}'
end
"""
