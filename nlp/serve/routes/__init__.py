"""One file per group of routes; each has a ``router`` that the app includes under ``/v1`` or at the root."""
