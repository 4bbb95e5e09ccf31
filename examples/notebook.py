# %% [markdown]
# # Messages in a notebook
# No `await`: the client works in a thread of its own. The cells run one after the other, in Jupyter or as a script:
#
#     ROWCAST_URL=http://127.0.0.1:8055 ROWCAST_TOKEN=… python examples/notebook.py
#
# Data frames need `pip install rowcast[polars]`.

# %%
import os
import sys

from rowcast.client import F, sync

url = os.environ.get("ROWCAST_URL", "http://127.0.0.1:8055")
token = os.environ.get("ROWCAST_TOKEN") or sys.exit("Say who asks: ROWCAST_TOKEN=…")
client = sync.create_client(url, token=token)

# %%
messages = client.items("messages")
messages.create({"user": "Ben", "text": "Hello from a notebook"})
print(messages.count(F.user == "Ben"), "messages by Ben")

# %% A table that follows the database; look at it again and again
bens = client.live("messages", filter=F.user == "Ben", sort="-date_created", limit=50)
messages.create({"user": "Ben", "text": "And another"})
bens.until(lambda rows: bool(rows) and rows[0]["text"] == "And another", timeout=5)
print(bens.to_polars().head(2))

# %% As pandas
print(bens.to_pandas().groupby("user").size())

# %%
client.close()
