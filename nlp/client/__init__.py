"""A client of the HTTP service, blocking and asynchronous.

>>> from nlp.client import Client
>>> with Client("http://127.0.0.1:8765", "dgl_…") as client:          # doctest: +SKIP
...     client.predict(["배송이 2주나 걸렸어요"]).predictions[0].labels["cause"]
('inconvenience',)
"""

from __future__ import annotations

from nlp.client.asynchronous import AsyncClient
from nlp.client.blocking import Client
from nlp.client.retries import Retries
from nlp.client.values import ApiError, Evidence, Job, Predicted, Predictions

__all__ = ["ApiError", "AsyncClient", "Client", "Evidence", "Job", "Predicted", "Predictions", "Retries"]
