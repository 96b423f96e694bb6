"""What the server keeps: API keys, audit trail, jobs, masked documents and predictions."""

from __future__ import annotations

from nlp.store.audit import AuditEntry
from nlp.store.documents import StoredDocument
from nlp.store.errors import StoreBusyError, StoreError, StoreFullError, StoreUnreachableError
from nlp.store.job import Job, LostJobError, NewJob, OtherJobError, Progress, QueueFullError
from nlp.store.keys import ApiKey, Role
from nlp.store.store import Purged, Store

__all__ = [
    "ApiKey",
    "AuditEntry",
    "Job",
    "LostJobError",
    "NewJob",
    "OtherJobError",
    "Progress",
    "Purged",
    "QueueFullError",
    "Role",
    "Store",
    "StoreBusyError",
    "StoreError",
    "StoreFullError",
    "StoreUnreachableError",
    "StoredDocument",
]
