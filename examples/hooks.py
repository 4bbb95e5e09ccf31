"""A server with hooks: orders are priced by the server, the stock is kept right, and mail is put on its way, once each.

    rowcast serve --app hooks:app          (in this folder)

Makes its collections itself: ``products`` (name, price, stock) and ``orders`` (product, amount, total, state).
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from rowcast import BeforeContext, Context, Rowcast, RowEvent
from rowcast.errors import Forbidden, InvalidPayload

app = Rowcast()


@app.before("orders.items.create")
async def price(ctx: BeforeContext, payload: dict[str, Any]) -> None:
    """The total is the server's business, and nobody buys what is not there. All in the order's transaction."""
    products, amount = ctx.as_admin().items("products"), int(payload.get("amount") or 0)
    if amount < 1:
        raise InvalidPayload("Order at least one")
    product = await products.read_one(payload["product"], fields=["price", "stock"])
    if product["stock"] < amount:
        raise InvalidPayload(f"Only {product['stock']} are left")
    await products.update(payload["product"], {"stock": product["stock"] - amount})
    payload.update(total=product["price"] * amount, state="new")


@app.before("orders.items.update")
def keep_total(ctx: BeforeContext, payload: dict[str, Any]) -> None:
    """What was ordered stays."""
    if {"product", "amount", "total"} & payload.keys():
        raise Forbidden("An order is not changed, only its state.")


@app.after("orders.items.create", name="confirm")
async def confirm(ctx: Context, event: RowEvent) -> None:
    """Told at least once, also after a crash: so look before doing a thing twice."""
    order = await ctx.items("orders").read_one(event.key, fields=["state"])
    if order["state"] == "new":
        await ctx.items("orders").update(event.key, {"state": "confirmed"})  # here the mail would leave


@app.route("/stock")
async def stock(request: Request, ctx: Context) -> list[dict[str, Any]]:
    """What is left, for everybody."""
    return await ctx.as_admin().items("products").read(fields=["name", "stock"], sort="name")


@app.every("1h")
async def forget(ctx: Context) -> None:
    """Orders that were never confirmed."""
    await ctx.items("orders").delete_where({"state": {"_eq": "cancelled"}})
