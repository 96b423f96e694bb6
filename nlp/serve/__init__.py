"""The HTTP service: a FastAPI app around micro-batched inference and file jobs."""
