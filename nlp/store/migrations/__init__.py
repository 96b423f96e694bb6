"""Steps from one schema to the next; applied when the store is opened."""
